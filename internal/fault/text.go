package fault

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text checks one text that a person or a program gave: valid UTF-8, no control
// characters but (with lines) line breaks and tabs, and between least and most
// characters long.
func (f *Fields) Text(name, value string, least, most int) {
	f.text(name, value, least, most, false)
}

// Lines is Text for a text of several lines.
func (f *Fields) Lines(name, value string, least, most int) {
	f.text(name, value, least, most, true)
}

func (f *Fields) text(name, value string, least, most int, lines bool) {
	control := func(r rune) bool {
		return unicode.IsControl(r) && (!lines || !strings.ContainsRune("\n\r\t", r))
	}
	n := utf8.RuneCountInString(value)
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, control):
		f.Check(false, name, "must be plain text without control characters")
	case least > 0 && strings.TrimSpace(value) == "":
		f.Check(false, name, "must not be empty")
	case n < least || n > most:
		f.Check(false, name, fmt.Sprintf("must be between %d and %d characters long", least, most))
	}
}
