package language

import "testing"

// A number is read as the language writes it, or not at all: never as another number.
func TestReadNumber(t *testing.T) {
	t.Parallel()
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	en, de := all.Of("en"), all.Of("de")
	for typed, want := range map[string][2]string{ // in English and in German; empty: refused
		"25":         {"25", "25"},
		" 25 ":       {"25", "25"},
		"1.5":        {"1.5", ""},
		"1,5":        {"", "1.5"},
		"1.500":      {"1.500", "1500"},
		"1,500":      {"1500", "1.500"},
		"1.50":       {"1.50", ""},
		"1,50":       {"", "1.50"},
		"0.500":      {"0.500", ""},
		"0,500":      {"", "0.500"},
		"12.345,6":   {"", "12345.6"},
		"12,345.6":   {"12345.6", ""},
		"1.234.567":  {"", "1234567"},
		"1,234,567":  {"1234567", ""},
		"1234.567":   {"1234.567", ""},
		"1 234 567":  {"1234567", "1234567"},
		"1\u202f234": {"1234", "1234"},
		"1 23":       {"", ""},
		"12 345,6":   {"", "12345.6"},
		"1.234 567":  {"", ""},
		"-3":         {"-3", "-3"},
		"\u22123":    {"-3", "-3"},
		"-":          {"", ""},
		"":           {"", ""},
		"1e3":        {"", ""},
		"5.":         {"", ""},
		".5":         {"", ""},
		"1,,5":       {"", ""},
		"+5":         {"", ""},
		"fünf":       {"", ""},
	} {
		for i, l := range []*Language{en, de} {
			got, ok := l.ReadNumber(typed)
			if got != want[i] || ok != (want[i] != "") {
				t.Errorf("%q in %s: %q, %t, want %q", typed, l.Code(), got, ok, want[i])
			}
		}
	}
	for _, l := range all {
		for _, n := range []int64{0, 7, 999, 1000, 12345, 1234567} {
			if got, ok := l.ReadNumber(l.Number(n)); !ok || l.Decimal(got) != l.Number(n) {
				t.Errorf("%s writes %q, and reads %q", l.Code(), l.Number(n), got)
			}
		}
	}
	var none *Language
	if got, ok := none.ReadNumber("1,500"); got != "1500" || !ok {
		t.Errorf("without a language: %q", got)
	}
}
