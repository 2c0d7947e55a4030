package fault

import (
	"errors"
	"strings"
	"testing"
)

func TestPanicTextHoldsNothingOfTheCaller(t *testing.T) {
	t.Parallel()
	for _, p := range []any{"secret", errors.New("secret"), struct{ Key string }{"secret"}, []byte("secret")} {
		if text := PanicText(p); strings.Contains(text, "secret") || text == "" {
			t.Errorf("%v is logged as %q", p, text)
		}
	}
	defer func() {
		if text := PanicText(recover()); !strings.Contains(text, "index out of range") {
			t.Errorf("a panic of the runtime is logged as %q", text)
		}
	}()
	var none []int
	none[len(t.Name())]++
}
