package entry

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"chancery/internal/fault"
	"chancery/internal/visible"
)

// Name reads a name of one line: composed (NFC), without blanks around it. A character
// in it that can't be seen is refused, unless its script or a picture needs it there.
// least and most count characters. A name that stays as it was is good.
func Name(wrong *fault.Fields, field, text, was string, least, most int) string {
	if text == was && was != "" {
		return text
	}
	name := Composed(text)
	wrong.Text(field, name, least, most)
	r, found := visible.First(name)
	unseen(wrong, field, r, found)
	return name
}

// Identifier is Name for what is compared by each of its characters, such as a
// number: none that can't be seen is good in it.
func Identifier(wrong *fault.Fields, field, text, was string, least, most int) string {
	if text == was && was != "" {
		return text
	}
	id := Composed(text)
	wrong.Text(field, id, least, most)
	plain(wrong, field, id)
	return id
}

// Composed returns a text without blanks around it, composed (NFC): as Name and
// Identifier keep it.
func Composed(text string) string { return strings.TrimSpace(norm.NFC.String(text)) }

// Line reads what somebody types or pastes to find something: composed (NFC), in one
// line. What can't be seen stays, as a program may have named something with it.
func Line(text string) string {
	blank := func(r rune) bool { return unicode.IsSpace(r) && !visible.Hidden(r) }
	return strings.Join(strings.FieldsFunc(norm.NFC.String(text), blank), " ")
}

// Blank reports whether a text shows nothing: it is empty, or holds blanks and characters
// alone that can't be seen.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !isBlank(r) })
}

// Text reads a free text of one line: composed (NFC), without blanks around it.
func Text(wrong *fault.Fields, field, text string, least, most int) string {
	text = Composed(text)
	wrong.Text(field, text, least, most)
	return text
}

// Lines reads a free text of several lines: composed (NFC).
func Lines(wrong *fault.Fields, field, text string, least, most int) string {
	text = norm.NFC.String(text)
	wrong.Lines(field, text, least, most)
	return text
}

// plain refuses every character that can't be seen.
func plain(wrong *fault.Fields, field, text string) {
	i := strings.IndexFunc(text, visible.Hidden)
	if i < 0 {
		return
	}
	for _, r := range text[i:] {
		unseen(wrong, field, r, true)
		return
	}
}

// unseen refuses a character. A field that was refused already, for its control
// characters, is not refused twice.
func unseen(wrong *fault.Fields, field string, r rune, found bool) {
	for _, f := range *wrong {
		found = found && f.Name != field
	}
	wrong.Check(!found, field, fmt.Sprintf("must not hold the character U+%04X, which can't be seen; type it anew", r))
}
