package licensing

import (
	"strings"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/listing"
)

// Prefix is the beginning of something that a licence is searched by, in all the
// forms it may have. What it can't be the beginning of is empty.
type Prefix struct {
	From, To ident.UUID // the license and token keys that begin with it, both included
	IsUUID   bool       // it can be the beginning of one
	Printed  string     // of a printed key, grouped
	Legacy   []string   // of a legacy key, as it may be stored
	Folded   string     // of a name
	Word     string     // of a later word of a name, or of a later part of a legacy key (listing.Words)
	Email    string     // of the licensee's address
	Number   string     // of the customer's number
	Parts    KeyParts   // of a key of which it is not the beginning
}

// IsID reports whether it can be the beginning of a licence's id. All ids of one
// moment begin alike: it takes half of one.
func (p Prefix) IsID() bool { return p.IsUUID && [8]byte(p.From[:8]) == [8]byte(p.To[:8]) }

// minPrefix is the fewest letters or digits that are taken for a key.
const minPrefix = 4

const hexDigits = "0123456789ABCDEF"

// ParsePrefix reads what somebody types to find a licence; ok is false for nothing.
func ParsePrefix(text string) (p Prefix, ok bool) {
	k := entry.Key(text)
	if len(k.Legacy) == 0 || strings.ContainsRune(text, 0) {
		return Prefix{}, false
	}
	text = k.Legacy[0]
	p = Prefix{Legacy: k.Legacy, Folded: listing.Fold(text), Email: entry.AddressPrefix(text), Number: text, Word: listing.WordPrefix(text)}
	p.From, p.To, p.IsUUID = uuidRange(k.Letters)
	if letters := printedLetters(k.Letters); len(letters) >= minPrefix {
		p.Printed = group(letters)
	}
	p.Parts = keyParts(k.Letters)
	return p, true
}

// uuidRange gives the first and the last UUID that begin with these digits.
func uuidRange(digits string) (from, to ident.UUID, ok bool) {
	if len(digits) < minPrefix || len(digits) > 2*len(from) || strings.Trim(digits, hexDigits) != "" {
		return from, to, false
	}
	for i := range to {
		to[i] = 0xff
	}
	for i := range len(digits) {
		n := byte(strings.IndexByte(hexDigits, digits[i])) //nolint:gosec // 0 to 15
		if i%2 == 0 {
			from[i/2], to[i/2] = n<<4, n<<4|0x0f
		} else {
			from[i/2], to[i/2] = from[i/2]|n, to[i/2]&0xf0|n
		}
	}
	return from, to, true
}
