package entry_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chancery/internal/entry"
	"chancery/internal/fault"
)

func TestNamesAndIdentifiers(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ name, identifier string }{ // "!" is refused
		"Kirk AG":                         {"Kirk AG", "Kirk AG"},
		" Kirk\u00a0":                     {"Kirk", "Kirk"},
		"Gro\u0308\u00dfe L":              {"Gr\u00f6\u00dfe L", "Gr\u00f6\u00dfe L"},
		"":                                {"!", "!"},
		" ":                               {"!", "!"},
		"Acme\u200b":                      {"!", "!"},
		"\u2066Acme\u2069":                {"!", "!"},
		"a\nb":                            {"!", "!"},
		"a\x00":                           {"!", "!"},
		"\xff":                            {"!", "!"},
		"می\u200cخواهم":                   {"می\u200cخواهم", "!"}, // Persian, as it is written
		"Team \U0001f469\u200d\U0001f527": {"Team \U0001f469\u200d\U0001f527", "!"},
		strings.Repeat("ü", 20):           {strings.Repeat("ü", 20), strings.Repeat("ü", 20)},
		strings.Repeat("u\u0308", 20):     {strings.Repeat("ü", 20), strings.Repeat("ü", 20)},
		strings.Repeat("ü", 21):           {"!", "!"},
	} {
		for want, read := range map[*string]func(wrong *fault.Fields, field, text, was string, least, most int) string{
			&c.name: entry.Name, &c.identifier: entry.Identifier,
		} {
			var wrong fault.Fields
			got := read(&wrong, "name", text, "before", 1, 20)
			if refused := len(wrong) > 0; refused != (*want == "!") || len(wrong) > 1 || !refused && got != *want {
				t.Errorf("%+q: %+q, %v, want %+q", text, got, wrong, *want)
			}
			if wrong = nil; read(&wrong, "name", text, text, 1, 20) != text && text != "" || text != "" && wrong != nil {
				t.Errorf("%+q, as it was: %v", text, wrong)
			}
		}
	}
	if got := entry.Line(" Mu\u0308ller\r\n\tGmbH "); got != "M\u00fcller GmbH" {
		t.Errorf("a line: %+q", got)
	}
}

func FuzzName(f *testing.F) {
	for _, text := range []string{"Kirk AG", "Gro\u0308\u00dfe", "a\u200b", "می\u200cخواهم", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(wrong *fault.Fields, field, text, was string, least, most int) string{entry.Name, entry.Identifier} {
			var wrong fault.Fields
			kept := read(&wrong, "name", text, "", 1, 200)
			if wrong != nil {
				continue
			}
			if again := read(&wrong, "name", kept, "", 1, 200); again != kept || wrong != nil {
				t.Errorf("%+q is kept as %+q, and that as %+q, %v", text, kept, again, wrong)
			}
			if !norm.NFC.IsNormalString(kept) || !utf8.ValidString(kept) || strings.TrimSpace(kept) != kept {
				t.Errorf("%+q is kept as %+q", text, kept)
			}
		}
		if line := entry.Line(text); utf8.ValidString(text) && entry.Line(line) != line {
			t.Errorf("%+q as a line is %+q, and that %+q", text, line, entry.Line(line))
		}
	})
}
