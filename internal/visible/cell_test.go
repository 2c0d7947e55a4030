package visible_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"chancery/internal/visible"
)

func TestCell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                 "",
		"Acme Ltd":         "Acme Ltd",
		"@home GmbH":       "'@home GmbH",
		"-ABC-123":         "'-ABC-123",
		"'-ABC-123":        "''-ABC-123",
		"''=1":             "'''=1",
		"'quoted' name":    "'quoted' name",
		"'":                "'",
		"=cmd|calc":        "'=cmd|calc",
		"\u00a0 =1":        "'\u00a0 =1",
		"＝1":               "'＝1",
		"\tx":              "'\tx",
		"a\u202eb":         "a‹U+202E›b",
		"\u200b=1":         "‹U+200B›=1",
		"a mark: ‹U+202E›": "a mark: ‹U+2039›U+202E›",
		"‹U+2039›U+202E›":  "‹U+2039›U+2039›U+202E›",
		"‹U+0041› ‹":       "‹U+0041› ‹",
	} {
		if got := visible.Cell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if back := visible.OfCell(want); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
}

// Every text comes back from a cell as it was, and no cell is a formula.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"@home", "'@home", "\u2039U+200B\u203a", "\u2039U+2039\u203a\u200b'=", "‹U+2039‹U+202E›", " '-1", "a\u200d\u200c", "👩\u200d🔧"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		cell := visible.Cell(s)
		if back := visible.OfCell(cell); back != s {
			t.Errorf("%q is the cell %q and comes back as %q", s, cell, back)
		}
		if cell != "" && strings.ContainsRune("=+-@|%\t\r\n", rune(cell[0])) {
			t.Errorf("%q is the cell %q, a formula", s, cell)
		}
	})
}
