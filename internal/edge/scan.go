package edge

import (
	"cmp"
	"fmt"
	"unicode/utf8"
)

// scanJSON finds what costs too much, nesting over MaxDepth, and the first text that
// the database can't hold: NUL, and what is not Unicode. It is no parser; what is not
// JSON at all is found by the one that follows.
func scanJSON(b []byte) (unfit, err error) {
	if !utf8.Valid(b) {
		unfit = malformed("The request body is not valid UTF-8.", "Encode it as UTF-8 and send it again.")
	}
	depth, inText := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == 0:
			unfit = cmp.Or(unfit, errNUL())
		case c == '"':
			inText = !inText
		case inText && c == '\\':
			skip, err := scanEscape(b[i:])
			unfit = cmp.Or(unfit, err)
			i += skip
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return unfit, malformed(fmt.Sprintf("The request body is nested more than %d levels deep.", MaxDepth), "Send a flatter body.")
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return unfit, nil
}

// scanEscape looks at what begins with a backslash, gives how many bytes after it belong
// to it, and says why the database can't hold it.
func scanEscape(b []byte) (int, error) {
	if len(b) < 6 || b[1] != 'u' {
		return 1, nil
	}
	switch r := hex4(b[2:6]); {
	case r == 0:
		return 5, errNUL()
	case r < 0xd800 || r > 0xdfff: // no surrogate, or no number at all
		return 5, nil
	case r < 0xdc00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u':
		if low := hex4(b[8:12]); low >= 0xdc00 && low <= 0xdfff {
			return 11, nil
		}
	}
	return 5, malformed("A text in the request body holds half a surrogate pair.", "Send valid Unicode.")
}

// hex4 reads four hexadecimal digits; -1 if they are not.
func hex4(b []byte) int {
	n := 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		n = n<<4 | int(c)
	}
	return n
}

func errNUL() error {
	return malformed("A text in the request body holds a NUL character.", "Leave it out.")
}
