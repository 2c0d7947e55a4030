package licensing

import (
	"encoding/hex"
	"strings"
)

// KeyParts are what somebody may have of a key who does not have its beginning: one
// of its blocks, or its end. What a text can't be is empty.
type KeyParts struct {
	// Middle is the beginning, in whole bytes, of what a key may have from its second,
	// third or fourth block on.
	Middle []byte

	// Ends are the last bytes of a key in all forms that they can have: of an odd
	// number of digits the first byte is known by half. At least two bytes.
	Ends [][]byte

	PrintedMiddle string // a whole group of a printed key
	PrintedEnd    string // the last letters of a printed key, grouped
}

// Any reports whether it can be a part of a key of any kind.
func (k KeyParts) Any() bool { return k.Middle != nil || k.Ends != nil || k.PrintedEnd != "" }

// Digits of keys and of their blocks, and letters of the groups of printed ones.
const (
	keyDigits   = 32
	blockDigits = 4
	groupSize   = 5
)

func keyParts(typed string) KeyParts {
	var k KeyParts
	digits := strings.ToLower(typed)
	if len(digits) >= minPrefix && len(digits) < keyDigits && strings.Trim(digits, "0123456789abcdef") == "" {
		k.Ends = ends(digits)
		if len(digits)%2 == 0 && len(digits) <= keyDigits-2*blockDigits {
			k.Middle, _ = hex.DecodeString(digits) // they are digits
		}
	}
	letters := string(printedLetters(typed))
	if len(letters) >= minPrefix && len(letters) < keyLetters {
		k.PrintedEnd = groupFromEnd(letters)
		if len(letters) == groupSize {
			k.PrintedMiddle = letters
		}
	}
	return k
}

// ends gives the bytes that digits can be the end of.
func ends(digits string) [][]byte {
	if len(digits)%2 == 0 {
		end, _ := hex.DecodeString(digits) // they are digits
		return [][]byte{end}
	}
	var all [][]byte
	for _, half := range "0123456789abcdef" {
		end, _ := hex.DecodeString(string(half) + digits) // they are digits
		all = append(all, end)
	}
	return all
}

// groupFromEnd writes the last letters of a printed key with its dashes.
func groupFromEnd(letters string) string {
	first := len(letters) % groupSize
	groups := []string{}
	if first > 0 {
		groups = append(groups, letters[:first])
	}
	for at := first; at < len(letters); at += groupSize {
		groups = append(groups, letters[at:at+groupSize])
	}
	return strings.Join(groups, "-")
}
