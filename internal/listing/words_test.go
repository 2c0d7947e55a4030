package listing

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"":                    nil,
		"Kirk":                nil,
		"Kirk AG":             {"ag"},
		"Müller  Werk Süd":    {"werk sud", "sud"},
		"Lind & Co (Nord)":    {"co (nord)", "nord)"},
		"„Ärzte“-Haus 4":      {"arzte“-haus 4", "haus 4", "4"},
		"a b c d e f g h i j": {"b c d e f g h i j", "c d e f g h i j", "d e f g h i j", "e f g h i j", "f g h i j", "g h i j", "h i j", "i j"},
	} {
		if got := Words(name); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	long := Words("a " + strings.Repeat("ü₂", 200) + " b")
	if len(long) == 0 || len(long[0]) > maxWordBytes || long[0] != WordPrefix(strings.Repeat("Ü₂", 60)) {
		t.Errorf("a long word: %q", long)
	}
	if got := WordPrefix(" (Süd "); got != "sud" {
		t.Errorf("typed: %q", got)
	}
}
