package listing

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"chancery/internal/visible"
)

// Fold gives the form of a text that lists search and sort by: without case,
// accents, compatibility forms, what can't be seen, and blanks at the ends or doubled.
// Both engines compare it byte by byte.
func Fold(s string) string {
	fold := transform.Chain(norm.NFKD, runes.Remove(runes.Predicate(unseen)), cases.Fold(), norm.NFC)
	folded, _, err := transform.String(fold, s)
	if err != nil {
		folded = strings.ToLower(s) // can't happen: none of the steps fails
	}
	return strings.Join(strings.Fields(folded), " ")
}

// unseen: accents, and what shows nothing but the two characters that letters of some
// scripts need between them.
func unseen(r rune) bool {
	return unicode.Is(unicode.Mn, r) || visible.Hidden(r) && r != '\u200c' && r != '\u200d'
}

// PrefixEnd gives the first text after all that begin with prefix in byte order,
// so that a prefix search is the range prefix ≤ x < end. ok is false when there
// is none; prefix must be valid UTF-8.
func PrefixEnd(prefix string) (end string, ok bool) {
	r := []rune(prefix)
	for i := len(r) - 1; i >= 0; i-- {
		switch r[i] {
		case unicode.MaxRune:
			continue
		case 0xD7FF: // the surrogates in between have no UTF-8
			r[i] = 0xE000
		default:
			r[i]++
		}
		return string(r[:i+1]), true
	}
	return "", false
}
