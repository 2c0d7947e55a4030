package customers

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
)

// MaxDepth bounds the levels below a customer without a superior.
const MaxDepth = 50

// Customer is one node of a vendor's tree.
type Customer struct {
	ID             ident.CustomerID
	UUID           ident.UUID
	SuperiorID     ident.CustomerID // 0 for none
	SuperiorUUID   ident.UUID       // zero for none
	SuperiorName   string           // its company name
	SuperiorNumber string           // its customer number
	CompanyName    string
	Number         string // customer_number: unique per vendor
	Email          string // lower-case; "" for none
	Language       string // of its people who have chosen none; "" for the vendor's
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// read returns c as it is stored; was is what it was before. The fault names what is wrong.
func (c Customer) read(was Customer) (Customer, error) {
	var wrong fault.Fields
	c.CompanyName = entry.Name(&wrong, "company_name", c.CompanyName, was.CompanyName, 1, 200)
	c.Number = entry.Identifier(&wrong, "customer_number", c.Number, was.Number, 1, 100)
	c.Email = entry.Email(&wrong, "email", c.Email, was.Email)
	wrong.Check(language.Known(c.Language), "language", language.MustBeKnown())
	return c, wrong.Err()
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
