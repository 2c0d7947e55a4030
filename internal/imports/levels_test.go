package imports

import (
	"strings"
	"testing"

	"chancery/internal/fault"
)

// Superiors come before those below them, wherever their lines stand; a line that stands
// below itself is refused.
func TestLevelsOfCustomers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines  string // number<superior
		levels string
		wrong  string // numbers that are refused
	}{
		"no superiors":           {"a b c", "000", ""},
		"a superior above":       {"a b<a c<b", "012", ""},
		"a superior below":       {"c<b b<a a", "210", ""},
		"one that exists":        {"a<there b<a", "01", ""},
		"one that is nowhere":    {"a<nowhere b<a", "01", "a"},
		"a ring":                 {"a<c b<a c<b d<a e", "333?0", "a b c"},
		"a number that is twice": {"a a<b b", "010", "a"},
	} {
		f, all := File{}, make([]CustomerLine, 0, 5)
		for i, text := range strings.Fields(c.lines) {
			number, superior, _ := strings.Cut(text, "<")
			f.Lines = append(f.Lines, Line{Number: i + 2})
			all = append(all, CustomerLine{Number: number, SuperiorNumber: superior})
		}
		wrong := make([]fault.Fields, len(all))
		besideCustomers(&f, all, map[string]bool{"there": true}, wrong)
		var refused []string
		for i := range all {
			if want := c.levels[i]; want != '?' && f.Lines[i].Level != int(want-'0') {
				t.Errorf("%s: %s has level %d, want %c", name, all[i].Number, f.Lines[i].Level, want)
			}
			if len(wrong[i]) > 0 {
				refused = append(refused, all[i].Number)
			}
		}
		if got := strings.Join(refused, " "); got != c.wrong {
			t.Errorf("%s: %s are refused, want %s", name, got, c.wrong)
		}
	}
}
