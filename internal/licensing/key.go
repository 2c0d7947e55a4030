package licensing

import (
	"strings"

	"chancery/internal/ident"
)

// A printed key is 20 letters of Crockford's base 32 (no I, L, O, U): 19 random
// ones (95 bits) and a check character, in four groups of five.
const (
	keyAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	keyLetters  = 20
)

// newPrintedKey makes a printed key.
func newPrintedKey(ids ident.Source) string {
	letters := make([]byte, 0, keyLetters)
	for _, b := range ids.Secret(keyLetters - 1) {
		letters = append(letters, keyAlphabet[b&31])
	}
	return group(append(letters, checkLetter(letters)))
}

// printedKey returns the grouped form of a printed key whose letters somebody typed;
// "" for what can't be one.
func printedKey(typed string) string {
	letters := printedLetters(typed)
	if len(letters) != keyLetters || letters[keyLetters-1] != checkLetter(letters[:keyLetters-1]) {
		return ""
	}
	return group(letters)
}

// printedLetters returns the letters of the alphabet that typed ones mean: O is 0, I
// and L are 1. It returns nil where one means none, or where there are too many.
func printedLetters(typed string) []byte {
	letters := make([]byte, 0, keyLetters)
	for _, r := range typed {
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r > 'Z' || strings.IndexByte(keyAlphabet, byte(r)) < 0 || len(letters) == keyLetters {
			return nil
		}
		letters = append(letters, byte(r))
	}
	return letters
}

// checkLetter is the weighted sum of the letters modulo 31: it finds every
// single wrong letter but the rare Z-for-0, and swapped neighbours.
func checkLetter(letters []byte) byte {
	sum := 0
	for i, c := range letters {
		sum += (i + 1) * (strings.IndexByte(keyAlphabet, c) + 1)
	}
	return keyAlphabet[sum%31]
}

func group(letters []byte) string {
	var b strings.Builder
	for i, c := range letters {
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(c)
	}
	return b.String()
}
