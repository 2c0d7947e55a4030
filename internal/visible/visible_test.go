package visible_test

import (
	"testing"
	"unicode"

	"chancery/internal/visible"
)

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "",
		"drill-1":                        "drill-1",
		"Größe “L” – 3 ×":                "Größe “L” – 3 ×",
		"two\nlines\r\n\tand a tab":      "two\nlines\r\n\tand a tab",
		"invoice\u202egpj.exe":           "invoice‹U+202E›gpj.exe",
		"dri\u200bll":                    "dri‹U+200B›ll",
		"\u2066a\u2069":                  "‹U+2066›a‹U+2069›",
		"\ufeffa\u00adb\u2060":           "‹U+FEFF›a‹U+00AD›b‹U+2060›",
		"\x1b[2Ja\x00\x7f\u0085":         "‹U+001B›[2Ja‹U+0000›‹U+007F›‹U+0085›",
		"a\u2028b\u2029":                 "a‹U+2028›b‹U+2029›",
		"a\u3164\u115f\u034f\u2800":      "a‹U+3164›‹U+115F›‹U+034F›‹U+2800›",
		"a\U000e0041":                    "a‹U+E0041›",
		"a\u200db\u200c":                 "a‹U+200D›b‹U+200C›", // join nothing here
		"a\ufe0f":                        "a‹U+FE0F›",
		"می\u200cخواهم":                  "می\u200cخواهم", // Persian, as it is written
		"क्\u200dष":                      "क्\u200dष",     // Hindi
		"👩\u200d🔧 ❤\ufe0f 1\ufe0f\u20e3": "👩\u200d🔧 ❤\ufe0f 1\ufe0f\u20e3",
		"שלום":                           "שלום",
		"bad \xff byte":                  "bad \xff byte",
	} {
		if got := visible.Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if got := string(visible.Bytes([]byte(text))); got != want {
			t.Errorf("%q as bytes: %q", text, got)
		}
		if r, found := visible.First(text); found != (want != text) || found && !visible.Hidden(r) {
			t.Errorf("%q: the first that is not seen is %q, %t", text, r, found)
		}
		if back := visible.Back(want); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
}

// Every format and control character is shown, but those that end lines.
func TestAllOfThem(t *testing.T) {
	t.Parallel()
	for r := range rune(unicode.MaxRune) {
		if !unicode.In(r, unicode.Cf, unicode.Cc, unicode.Bidi_Control, unicode.Join_Control) || unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
			r == '\n' || r == '\r' || r == '\t' {
			continue
		}
		if shown := visible.Text("a" + string(r) + "b"); len(shown) < 10 || visible.Back(shown) != "a"+string(r)+"b" {
			t.Errorf("%U: %q", r, shown)
		}
	}
}

// What only looks like a mark is text.
func TestNoMark(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"‹U+0041›", "‹U+202e›", "‹U+›", "‹U+FFFFFF›", "‹U+202E", "U+202E›", "‹U+000A›"} {
		if got := visible.Back(text); got != text {
			t.Errorf("%s became %q", text, got)
		}
	}
}
