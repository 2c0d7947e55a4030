package fault_test

import (
	"strings"
	"testing"

	"chancery/internal/fault"
)

func TestText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value string
		lines bool
		least int
		good  bool
	}{
		"plain":                {"Søren & Σία", false, 1, true},
		"empty allowed":        {"", false, 0, true},
		"empty":                {"", false, 1, false},
		"only blanks":          {" \u00a0 ", false, 1, false},
		"NUL":                  {"a\x00b", false, 1, false},
		"NUL among lines":      {"a\x00b", true, 1, false},
		"escape":               {"\x1b[31m", false, 1, false},
		"C1 control":           {"a\u0085b", false, 1, false},
		"not UTF-8":            {"\xff", false, 1, false},
		"line break":           {"a\nb", false, 1, false},
		"line break in lines":  {"a\r\n\tb", true, 1, true},
		"characters not bytes": {strings.Repeat("ß", 20), false, 1, true},
		"too long":             {strings.Repeat("x", 21), false, 1, false},
	} {
		var wrong fault.Fields
		if c.lines {
			wrong.Lines("name", c.value, c.least, 20)
		} else {
			wrong.Text("name", c.value, c.least, 20)
		}
		if good := wrong.Err() == nil; good != c.good {
			t.Errorf("%s: accepted %t", name, good)
		}
		if err := wrong.Err(); err != nil && c.value != "" && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s: the message echoes the input", name)
		}
	}
}
