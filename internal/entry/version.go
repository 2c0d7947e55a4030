package entry

import (
	"cmp"
	"strings"

	"chancery/internal/fault"
)

// Version is a version of software, as vendors and their programs write it: numbers and
// words between dots, dashes and blanks.
type Version struct{ parts []string }

// ReadVersion reads a version such as 2.4, v2026.1.3 or 2.0-rc1; ok is false for what
// does not begin with a number, or holds a star, a comma or a part that stands for any.
func ReadVersion(text string) (v Version, ok bool) {
	text = strings.TrimPrefix(strings.ToLower(Line(text)), "v")
	text, _, _ = strings.Cut(text, "+") // what built it does not order
	text, _, _ = strings.Cut(text, " (")
	if text == "" || isSeparator(text[len(text)-1]) {
		return Version{}, false
	}
	from := 0
	for i := range len(text) + 1 {
		switch {
		case i < len(text) && !isSeparator(text[i]) && !isDigit(text[i]) && !isLetter(text[i]):
			return Version{}, false
		case i == from:
			if isSeparator(text[i]) { // nothing between two of them
				return Version{}, false
			}
			continue
		case i < len(text) && !isSeparator(text[i]) && isDigit(text[i]) == isDigit(text[i-1]):
			continue
		}
		v.parts = append(v.parts, text[from:i])
		if from = i; i < len(text) && isSeparator(text[i]) {
			from = i + 1
		}
	}
	for i, part := range v.parts {
		if i == 0 && !isDigit(part[0]) || part == "x" {
			return Version{}, false
		}
	}
	return v, true
}

// Compare orders versions: numbers as numbers and before words; a shorter one comes
// first ("2.1" < "2.1.1") unless the rest is a word, a pre-release ("2.1-beta" < "2.1").
func (v Version) Compare(w Version) int {
	for i := range max(len(v.parts), len(w.parts)) {
		var x, y string
		if i < len(v.parts) {
			x = v.parts[i]
		}
		if i < len(w.parts) {
			y = w.parts[i]
		}
		if c := comparePart(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// comparePart: a word (pre-release) < nothing = 0 < a number.
func comparePart(x, y string) int {
	nx, ny := number(x), number(y)
	switch {
	case nx == "" && ny == "":
		return strings.Compare(x, y)
	case nx == "":
		return -1
	case ny == "":
		return 1
	}
	nx, ny = strings.TrimLeft(nx, "0"), strings.TrimLeft(ny, "0")
	if c := cmp.Compare(len(nx), len(ny)); c != 0 {
		return c
	}
	return strings.Compare(nx, ny)
}

// number returns the digits of a numeric part ("0" for a missing one), or "" for a word.
func number(part string) string {
	if part == "" {
		return "0"
	}
	if !isDigit(part[0]) {
		return ""
	}
	return part
}

func isSeparator(c byte) bool { return c == '.' || c == '-' || c == '_' || c == ' ' }
func isDigit(c byte) bool     { return c >= '0' && c <= '9' }
func isLetter(c byte) bool    { return c >= 'a' && c <= 'z' }

// MaxVersion bounds a version that is kept, in characters.
const MaxVersion = 100

// Release reads the version of a release that somebody sets: one that can't be read
// would judge nobody. "" is none; one that stays as it was is good.
func Release(wrong *fault.Fields, field, text, was string) string {
	if text == was {
		return text
	}
	release := Line(text)
	wrong.Text(field, release, 0, MaxVersion)
	_, ok := ReadVersion(release)
	wrong.Check(ok || release == "", field, "must be a version such as 2.4 or 2026.1.3: a number first, dots between numbers")
	return release
}
