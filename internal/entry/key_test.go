package entry_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"chancery/internal/entry"
	"chancery/internal/entry/entrytest"
	"chancery/internal/fault"
)

const key = "0193a7f2-c0de-4b1d-9f00-abcdef012345"

func TestAUUIDIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	all := entrytest.Key(key)
	if len(all) < 40 {
		t.Errorf("only %d spellings", len(all))
	}
	for _, text := range all {
		if got := entry.Key(text); got.UUID.String() != key {
			t.Errorf("%q: %+v", text, got)
		}
	}
	for _, none := range []string{
		"", " ", "\u200b", key[:35], key + "0", key + "\ufffd", strings.Replace(key, "a", "g", 1), strings.Replace(key, "a", "_", 1),
		"key " + key, strings.Repeat("0", 32), strings.Repeat(" ", entry.MaxKey) + key, key + " " + key,
	} {
		if got := entry.Key(none); !got.UUID.IsZero() {
			t.Errorf("%q was read as %v", none, got.UUID)
		}
	}
}

func TestLegacyKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		"-ABC-123":               "-ABC-123", // the dash is the key's own
		" ABC-123 ":              "ABC-123",
		"ABC\u2011123":           "ABC-123",
		"ABC\u00a0 123":          "ABC 123",
		`"ABC-123"`:              "ABC-123",
		"(ABC)":                  "ABC",
		"ABC (1)":                "ABC (1)",
		"(A)-(B)":                "(A)-(B)",
		"{[x1]}":                 "x1",
		"Schlu\u0308ssel":        "Schlüssel",
		strings.Repeat("a", 256): strings.Repeat("a", 256),
		strings.Repeat("a", 257): "!",
		"AB\u200bC":              "!",
		"AB\nC":                  "!",
		"AB\u202eC":              "!",
		"\ufeffABC":              "!",
		"AB\tC":                  "!",
		"\u200d":                 "!",
	} {
		var wrong fault.Fields
		got := entry.LegacyKey(&wrong, "legacy_license_key", text, "-")
		if err := wrong.Err(); (err != nil) != (want == "!") || err == nil && got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	var wrong fault.Fields
	if got := entry.LegacyKey(&wrong, "legacy_license_key", "AB\u200bC", "AB\u200bC"); got != "AB\u200bC" || wrong.Err() != nil {
		t.Errorf("a key that was there before: %q, %v", got, wrong.Err())
	}
}

// A presented legacy key is looked for as it came first, and then as it would be kept.
func TestLegacyForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"ABC-123":          {"ABC-123"},
		" ABC-123\r\n":     {"ABC-123"},
		"ABC-\r\n  123":    {"ABC-\r\n  123", "ABC-123"},
		"ABC\u2013123":     {"ABC\u2013123", "ABC-123"},
		"\u201cAB C\u201d": {"\u201cAB C\u201d", "AB C", "ABC"},
		"AB\u200bC":        {"AB\u200bC", "ABC"},
		"\u200b":           {"\u200b"},
	} {
		if got := entry.Key(text).Legacy; !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

func FuzzKey(f *testing.F) {
	for _, text := range entrytest.Key(key) {
		f.Add(text)
	}
	f.Add("“-ABC\u2011 (1)\u200b”")
	f.Fuzz(func(t *testing.T, text string) {
		k := entry.Key(text)
		if again := entry.Key(k.UUID.String()); again.UUID != k.UUID {
			t.Errorf("%q: %v is read as %v", text, k.UUID, again.UUID)
		}
		if letters := entry.Letters(k.Letters); letters != k.Letters && isASCII(k.Letters) {
			t.Errorf("%q: the letters %q are read as %q", text, k.Letters, letters)
		}
		if strings.ContainsFunc(k.Letters, unicode.IsSpace) {
			t.Errorf("%q: a blank in %q", text, k.Letters)
		}
		if !utf8.ValidString(text) {
			return
		}
		var wrong fault.Fields
		kept := entry.LegacyKey(&wrong, "legacy_license_key", text, "-")
		if wrong.Err() != nil || kept == "" {
			return
		}
		if !slices.Contains(entry.Key(text).Legacy, kept) || !slices.Contains(entry.Key(kept).Legacy, kept) {
			t.Errorf("%q is kept as %q, and looked for as %q", text, kept, entry.Key(text).Legacy)
		}
		if again := entry.LegacyKey(&wrong, "legacy_license_key", kept, "-"); again != kept || wrong.Err() != nil {
			t.Errorf("%q is kept as %q, and that as %q", text, kept, again)
		}
	})
}
