package visible

import (
	"fmt"
	"strings"
)

// opening begins a mark.
const opening = '‹'

// Cell gives a text as a cell of a file that spreadsheets open: it shows what shows
// nothing by itself, and an apostrophe keeps what begins like a formula from being one
// (CSV injection). OfCell gives every text back as it was.
func Cell(s string) string {
	s = Text(mark.ReplaceAllStringFunc(s, func(m string) string {
		if _, meant := meaning(m); !meant {
			return m
		}
		return fmt.Sprintf("‹U+%04X›", opening) + m[len(string(opening)):] // somebody wrote a mark as text
	}))
	if guarded(s) {
		return "'" + s
	}
	return s
}

// OfCell gives the text of a cell: it takes off what Cell put on.
func OfCell(s string) string {
	if strings.HasPrefix(s, "'") && guarded(s) {
		s = s[1:]
	}
	return Back(s)
}

// guarded: texts that a spreadsheet may take for a formula. Apostrophes before it make
// no difference, so that one more can always be taken off again.
func guarded(s string) bool {
	s = strings.TrimLeft(s, "'")
	trimmed := strings.TrimLeft(s, " \u00a0\t\r\n")
	return trimmed != "" && strings.ContainsRune("=+-@|%\uFF1D\uFF0B\uFF0D\uFF20", []rune(trimmed)[0]) ||
		s != "" && strings.ContainsRune("\t\r\n", rune(s[0]))
}
