package entry

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// Password prepares a password as RFC 8265 asks (the OpaqueString profile): the same
// characters are the same bytes, whichever keyboard they come from. ok is false for what
// can't be one: control characters, such that can't be seen, or nothing at all.
func Password(text string) (prepared string, ok bool) {
	prepared, err := precis.OpaqueString.String(text)
	return prepared, err == nil && utf8.ValidString(text)
}
