package customers

import (
	"encoding/base32"
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

// numberAlphabet leaves out letters that look like digits or make words.
var numberAlphabet = base32.NewEncoding("0123456789BCDFGHJKLMNPQRSTVWXYZ$").WithPadding(base32.NoPadding)

// newNumber makes a customer number from 5 random bytes: "C-7K2M-9TQX". The one
// sign of the alphabet that is no letter is read as another letter, which costs
// a little evenness and no correctness: a number that is taken is made anew.
func newNumber(random []byte) string {
	s := strings.ReplaceAll(numberAlphabet.EncodeToString(random[:5]), "$", "X")
	return "C-" + s[:4] + "-" + s[4:]
}
