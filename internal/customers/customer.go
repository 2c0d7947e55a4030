package customers

import (
	"net/mail"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// MaxDepth bounds the levels below a customer without a superior.
const MaxDepth = 50

// Customer is one node of a vendor's tree.
type Customer struct {
	ID           ident.CustomerID
	UUID         ident.UUID
	SuperiorID   ident.CustomerID // 0 for none
	SuperiorUUID ident.UUID       // zero for none
	SuperiorName string           // its company name
	CompanyName  string
	Number       string // customer_number: unique per vendor
	Email        string // lower-case; "" for none
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

func (c Customer) check() error {
	var wrong fault.Fields
	wrong.Text("company_name", c.CompanyName, 1, 200)
	wrong.Text("customer_number", c.Number, 1, 100)
	wrong.Check(strings.TrimSpace(c.Number) == c.Number, "customer_number", "must not begin or end with a blank")
	wrong.Check(c.Email == "" || goodEmail(c.Email), "email", "must be one e-mail address such as anna@example.com")
	return wrong.Err()
}

func goodEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// tidy gives c as it is stored.
func (c Customer) tidy() Customer {
	c.CompanyName = strings.TrimSpace(c.CompanyName)
	c.Email = strings.ToLower(strings.TrimSpace(c.Email))
	return c
}

// numberAlphabet leaves out the vowels, which look like digits or make words.
const numberAlphabet = "0123456789BCDFGHJKLMNPQRSTVWXYZ"

// newNumber makes a customer number from 8 random bytes: "C-7K2M-9TQX". That the
// letters are not quite even costs nothing: a number that is taken is made anew.
func newNumber(random []byte) string {
	letters := make([]byte, numberLetters)
	for i := range letters {
		letters[i] = numberAlphabet[int(random[i])%len(numberAlphabet)]
	}
	return "C-" + string(letters[:4]) + "-" + string(letters[4:])
}

const numberLetters = 8
