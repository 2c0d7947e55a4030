package prepaid

import (
	"strings"

	"chancery/internal/entry"
)

// A card number is 11 random characters and a check character, printed in groups of four:
// "K7MD-2QXR-84TC". The characters are the digits and the capitals without I, L, O and U,
// so that nobody confuses them; in a number that is typed, I and L are read as 1, and O as 0.
const (
	numberAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	numberLetters  = 11
	numberGroup    = 4
)

// newNumber makes a card number from 11 random bytes.
func newNumber(random []byte) string {
	letters := lettersOf(random)
	return printed(letters + string(checkOf(letters)))
}

// lettersOf makes a letter of each of random bytes.
func lettersOf(random []byte) string {
	letters := make([]byte, len(random))
	for i, b := range random {
		letters[i] = numberAlphabet[int(b)%len(numberAlphabet)]
	}
	return string(letters)
}

// typed reads letters as somebody types them, without blanks and dashes.
func typed(text string) string {
	return strings.NewReplacer("I", "1", "L", "1", "O", "0").Replace(entry.Letters(text))
}

// ParseNumber reads a card number as somebody types or pastes it: in any case, with any
// blanks and dashes. ok is false where it is none, also where its check character is wrong.
func ParseNumber(text string) (number string, ok bool) {
	if len(text) > entry.MaxKey {
		return "", false
	}
	letters := typed(text)
	if len(letters) != numberLetters+1 || strings.Trim(letters, numberAlphabet) != "" {
		return "", false
	}
	if letters[numberLetters] != checkOf(letters[:numberLetters]) {
		return "", false
	}
	return printed(letters), true
}

// NumberPrefix reads the beginning of a card number, for a filter.
func NumberPrefix(text string) string {
	letters := typed(text)
	if len(letters) > numberLetters+1 {
		return letters
	}
	return printed(letters)
}

func printed(letters string) string {
	var b strings.Builder
	for i, r := range letters {
		if i > 0 && i%numberGroup == 0 {
			_ = b.WriteByte('-') // never fails
		}
		_, _ = b.WriteRune(r) // never fails
	}
	return b.String()
}

// checkOf gives the check character (Luhn's method in base 32): one wrong character, or
// two neighbours that changed places, are noticed.
func checkOf(letters string) byte {
	const base = len(numberAlphabet)
	sum, factor := 0, 2
	for i := len(letters) - 1; i >= 0; i-- {
		addend := factor * strings.IndexByte(numberAlphabet, letters[i])
		factor = 3 - factor
		sum += addend/base + addend%base
	}
	return numberAlphabet[(base-sum%base)%base]
}
