package visible

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text shows the characters of s that show nothing by themselves.
func Text(s string) string {
	if !suspect(s) {
		return s
	}
	var b strings.Builder
	show(s, func(part string) { _, _ = b.WriteString(part) }) // never fails
	return b.String()
}

// Bytes is Text for what was rendered; without such characters it is s itself. A mark
// holds nothing that would mean something else in HTML.
func Bytes(s []byte) []byte {
	if !suspect(s) {
		return s
	}
	var b bytes.Buffer
	show(string(s), func(part string) { _, _ = b.WriteString(part) }) // never fails
	return b.Bytes()
}

// suspect spares most texts the closer look: ASCII without control characters.
func suspect[T string | []byte](s T) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return true
		case c < ' ' && c != '\n' && c != '\t' && c != '\r', c == 0x7f:
			return true
		}
	}
	return false
}

// First returns the first character that Text would show, and whether there is one.
func First(s string) (r rune, found bool) {
	if !suspect(s) {
		return 0, false
	}
	before := rune(-1)
	for i, r := range s {
		if Hidden(r) && !joins(before, r, s[i+utf8.RuneLen(r):]) {
			return r, true
		}
		before = r
	}
	return 0, false
}

func show(s string, write func(part string)) {
	from, before := 0, rune(-1)
	for i, r := range s {
		if Hidden(r) && !joins(before, r, s[i+utf8.RuneLen(r):]) {
			write(s[from:i])
			write(fmt.Sprintf("‹U+%04X›", r))
			from = i + utf8.RuneLen(r)
		}
		before = r
	}
	write(s[from:])
}

// Hidden reports whether a character shows nothing by itself, so that a text looks as
// if it were not there or stood in another order. Line breaks and tabs are none.
func Hidden(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	case r < 0xad:
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r) || r == '\u2800' // a Braille cell without dots
}

const (
	nonJoiner     = '\u200c'
	joiner        = '\u200d'
	textStyle     = '\ufe0e'
	pictureStyle  = '\ufe0f'
	keycap        = '\u20e3'
	skinToneFirst = '\U0001f3fb'
	skinToneLast  = '\U0001f3ff'
)

// joins reports whether a character does here what it is for: it shapes letters of a
// script that needs it, or it is part of a picture.
func joins(before, r rune, rest string) bool {
	after, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case nonJoiner:
		return shaped(before) && shaped(after)
	case joiner:
		return shaped(before) && shaped(after) || picture(before) && picture(after)
	case textStyle, pictureStyle:
		return picture(before) || after == keycap
	}
	return false
}

func picture(r rune) bool {
	return unicode.Is(unicode.So, r) || r == pictureStyle || r >= skinToneFirst && r <= skinToneLast
}

// shaped: letters whose form depends on their neighbours.
func shaped(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
		unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer,
		unicode.Myanmar, unicode.Tibetan)
}

var mark = regexp.MustCompile(`‹U\+([0-9A-F]{4,6})›`)

// Back makes the characters of marks again. What else looks like a mark stays.
func Back(s string) string {
	if !strings.Contains(s, "‹U+") {
		return s
	}
	return mark.ReplaceAllStringFunc(s, func(m string) string {
		if r, meant := meaning(m); meant {
			return string(r)
		}
		return m
	})
}

// meaning gives the character that a mark stands for: one that shows nothing, or the
// sign that opens marks.
func meaning(m string) (r rune, meant bool) {
	code, err := strconv.ParseUint(mark.FindStringSubmatch(m)[1], 16, 32)
	if err != nil || code > unicode.MaxRune {
		return 0, false
	}
	return rune(code), Hidden(rune(code)) || rune(code) == opening
}
