package ident

import (
	"net/mail"
	"strings"
)

// Email gives the form of an address that users are known by: trimmed and in
// lower case. ok is false for what is not one e-mail address.
func Email(text string) (email string, ok bool) {
	email = strings.ToLower(strings.TrimSpace(text))
	a, err := mail.ParseAddress(email)
	return email, err == nil && a.Address == email && len(email) <= 254 &&
		!strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r == 0x7f })
}
