package terms_test

import (
	"math"
	"testing"

	"chancery/internal/terms"
)

func TestParseQuantity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "1": 1_000_000, "007": 7_000_000, "0.000001": 1, "1.5": 1_500_000, "1.500000": 1_500_000, "0.1": 100_000,
		"1000000000000": 1_000_000_000_000_000_000, "999999999999.999999": 999_999_999_999_999_999, "1000000000000.000000": 1_000_000_000_000_000_000,
	} {
		if got, err := terms.ParseQuantity(text); err != nil || got != want {
			t.Errorf("%q = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, wrong := range []string{
		"", ".", "1.", ".5", "-1", "+1", "1.-5", "1.+5", "1e3", "0x10", "1_000", "1,5", " 1", "1 ", "1.0000001", "1000000000000.000001",
		"1000000000001", "99999999999999999999", "NaN", "Inf", "1.2.3", "٣", "1.٣",
	} {
		if got, err := terms.ParseQuantity(wrong); err == nil {
			t.Errorf("%q was read as %d", wrong, got)
		}
	}
}

func TestAppendQuantity(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 1: "0.000001", 1_500_000: "1.5", 1_000_000: "1", -1: "-0.000001", -2_000_000: "-2", 10_000_010: "10.00001",
		math.MaxInt64: "9223372036854.775807", math.MinInt64: "-9223372036854.775808",
	} {
		if got := string(terms.AppendQuantity([]byte("x"), n)); got != "x"+want {
			t.Errorf("%d is written %q, want x%s", n, got, want)
		}
	}
}

func FuzzParseQuantity(f *testing.F) {
	for _, s := range []string{"0", "1.5", "1000000000000", "1.", "-1", "1e9", "0.0000001", "\xff"} {
		f.Add(s, int64(len(s)))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		if got, err := terms.ParseQuantity(s); err == nil {
			if got < 0 || got > terms.MaxQuantity*terms.Unit {
				t.Errorf("%q = %d, out of range", s, got)
			}
			if again, err := terms.ParseQuantity(string(terms.AppendQuantity(nil, got))); err != nil || again != got {
				t.Errorf("%q = %d came back as %d, %v", s, got, again, err)
			}
		}
		if n >= 0 && n <= terms.MaxQuantity*terms.Unit {
			text := string(terms.AppendQuantity(nil, n))
			if got, err := terms.ParseQuantity(text); err != nil || got != n {
				t.Errorf("%d is written %q and read %d, %v", n, text, got, err)
			}
		}
	})
}
