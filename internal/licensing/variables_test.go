package licensing

import (
	"fmt"
	"strings"
	"testing"
)

func TestVariablesAreBounded(t *testing.T) {
	t.Parallel()
	many := func(prefix string, n, bytes int) map[string]string {
		all := map[string]string{}
		for i := range n {
			all[fmt.Sprintf("%s%02d", prefix, i)] = strings.Repeat("x", bytes)
		}
		return all
	}
	for name, c := range map[string]struct {
		said, before  map[string]string
		kept, dropped int
		holds, lacks  string
	}{
		"nothing":                      {nil, nil, 0, 0, "", ""},
		"all that there may be":        {many("a", 64, 10), nil, 64, 0, "a63", ""},
		"too many at once":             {many("a", 70, 10), nil, 64, 6, "a63", "a64"},
		"too long at once":             {many("a", 20, 1021), nil, 16, 4, "a15", "a16"},
		"a new one beside many":        {many("z", 1, 10), many("a", 64, 10), 64, 1, "z00", "a63"},
		"sixty new ones":               {many("z", 60, 10), many("a", 64, 10), 64, 60, "a03", "a04"},
		"what is said again":           {many("a", 64, 20), many("a", 64, 10), 64, 0, "a63", ""},
		"grown, so that old ones go":   {many("a", 15, 1021), many("b", 15, 1021), 16, 14, "b00", "b01"},
		"a short one where one fits":   {many("a", 15, 1021), map[string]string{"b": strings.Repeat("x", 2000), "c": "1"}, 16, 1, "c", "b"},
		"one that does not fit itself": {map[string]string{"a": strings.Repeat("x", MaxVariableBytes)}, map[string]string{"a": "1"}, 0, 1, "", "a"},
	} {
		kept, dropped := withinBounds(c.said, c.before)
		_, holds := kept[c.holds]
		_, lacks := kept[c.lacks]
		if len(kept) != c.kept || len(dropped) != c.dropped || c.holds != "" && !holds || c.lacks != "" && lacks {
			t.Errorf("%s: %d kept and %d dropped, want %d and %d; holds %v, lacks %v", name, len(kept), len(dropped), c.kept, c.dropped, holds, !lacks)
		}
	}
}
