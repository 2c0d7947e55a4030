package entry_test

import (
	"testing"

	"chancery/internal/entry"
)

func TestPassword(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"correct horse":              "correct horse",
		"gru\u0308ner Schra\u0301nk": "gr\u00fcner Schr\u00e1nk",
		"no\u00a0break\u2003space":   "no break space",
		"Case And Width \uff21":      "Case And Width \uff21",
		" around ":                   " around ",
		"":                           "!",
		"a\tb":                       "!",
		"a\u200bb":                   "!",
		"a\xffb":                     "!",
	} {
		if got, ok := entry.Password(text); ok != (want != "!") || ok && got != want {
			t.Errorf("%+q: %+q, %t", text, got, ok)
		}
	}
}

func FuzzPassword(f *testing.F) {
	for _, text := range []string{"correct horse", "gru\u0308n", "\u00a0", "\u1e9b\u0323"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		prepared, ok := entry.Password(text)
		if again, still := entry.Password(prepared); ok && (!still || again != prepared) {
			t.Errorf("%+q is %+q, and that is %+q, %t", text, prepared, again, still)
		}
	})
}
