package scripts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func compare(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH [VALUE]")
	}
	value, err := lookUp(ts.ReadFile(args[0]), args[1])
	switch {
	case neg && err == nil && (len(args) == 2 || value == args[2]):
		ts.Fatalf("%s is %s", args[1], value)
	case neg:
	case err != nil:
		ts.Fatalf("%s: %v", args[1], err)
	case len(args) == 2:
		fmt.Fprintln(ts.Stdout(), value)
	case value != args[2]:
		ts.Fatalf("%s is %s, want %s", args[1], value, args[2])
	}
}

func jsonenv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: jsonenv NAME FILE PATH")
	}
	value, err := lookUp(ts.ReadFile(args[1]), args[2])
	ts.Check(err)
	ts.Setenv(args[0], value)
}

func headerenv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: headerenv NAME HEADER")
	}
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, args[1]) {
			ts.Setenv(args[0], strings.TrimSpace(value))
			return
		}
	}
	ts.Fatalf("the answer has no %s", args[1])
}

// lookUp finds a value by the names and positions on the way to it: "keys.0.kid".
// Texts come without quotes, the rest as JSON.
func lookUp(text, path string) (string, error) {
	var value any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return "", fmt.Errorf("not JSON: %w: %.200s", err, text)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				return "", fmt.Errorf("there is no %q", step)
			}
			value = next
		case []any:
			at, err := strconv.Atoi(step)
			if err != nil || at < 0 || at >= len(v) {
				return "", fmt.Errorf("there is no %q in a list of %d", step, len(v))
			}
			value = v[at]
		default:
			return "", fmt.Errorf("%q is below a plain value", step)
		}
	}
	if s, ok := value.(string); ok {
		return s, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return strings.TrimSpace(b.String()), err
}
