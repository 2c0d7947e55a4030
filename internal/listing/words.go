package listing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a name a search by words knows.
const (
	maxWords     = 8  // words after the first
	maxWordBytes = 96 // of what follows from one of them on
)

// Words gives the folded name from its second word on, from its third on, and so
// forth: a search for the beginning of a later word, or of several, is a search for
// the beginning of one of them. What a name begins with is found by the whole name.
func Words(name string) []string {
	folded := Fold(name)
	var words []string
	within := false // a word
	for i, r := range folded {
		is := unicode.IsLetter(r) || unicode.IsDigit(r)
		if is && !within && i > 0 && len(words) < maxWords {
			words = append(words, cutWord(folded[i:]))
		}
		within = is
	}
	return words
}

// WordPrefix is what a text that somebody types is compared with Words by.
func WordPrefix(text string) string {
	return cutWord(strings.TrimLeftFunc(Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// cutWord keeps whole characters.
func cutWord(s string) string {
	if len(s) <= maxWordBytes {
		return s
	}
	end := maxWordBytes
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
