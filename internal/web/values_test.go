package web

import (
	"net/url"
	"testing"
	"time"

	"chancery/internal/language"
)

// A whole number is read as the form's language writes it. One that could be meant
// otherwise is refused, and is never another number.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	all, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	for code, numbers := range map[string]map[string]int{ // 0: refused
		"en": {"25": 25, "1,500": 1500, "1 500": 1500, "1.5": 0, "1,5": 0, "1.500": 0},
		"de": {"25": 25, "1.500": 1500, "1 500": 1500, "1.5": 0, "1,5": 0, "1,500": 0},
	} {
		for typed, want := range numbers {
			v := NewValues(url.Values{"days": {typed}}, time.UTC)
			v.language = all.Of(code)
			n := v.IntOrNil("days")
			if want == 0 && (n != nil || v.Err() == nil) || want != 0 && (n == nil || *n != want || v.Err() != nil) {
				t.Errorf("%q in %s: %v, %v, want %d", typed, code, n, v.Err(), want)
			}
		}
	}
}
