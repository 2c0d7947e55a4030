package signed

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// utf8Of gives a text as UTF-8: editors save UTF-16, with and without a mark, and put a
// mark in front of UTF-8.
func utf8Of(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte{0xEF, 0xBB, 0xBF}):
		return string(text[3:])
	case bytes.HasPrefix(text, []byte{0xFF, 0xFE}):
		return fromUTF16(text[2:], binary.LittleEndian)
	case bytes.HasPrefix(text, []byte{0xFE, 0xFF}):
		return fromUTF16(text[2:], binary.BigEndian)
	case len(text) > 3 && text[0] != 0 && text[1] == 0 && text[3] == 0:
		return fromUTF16(text, binary.LittleEndian)
	case len(text) > 3 && text[0] == 0 && text[1] != 0 && text[2] == 0:
		return fromUTF16(text, binary.BigEndian)
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

func fromUTF16(text []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return string(utf16.Decode(units))
}
