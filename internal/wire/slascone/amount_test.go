package slascone

import (
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"chancery/internal/terms"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 1_000_000, "0": 0, "1.5": 1_500_000, "0.000001": 1, "1.0E7": 10_000_000_000_000, "1e-6": 1, "12e-1": 1_200_000, "1.50000000": 1_500_000,
		"0.1e1": 1_000_000, "1000000000000": terms.MaxQuantity * terms.Unit, "1E12": terms.MaxQuantity * terms.Unit, "100e-2": 1_000_000, "0e64": 0, "1e+2": 100_000_000,
	} {
		if got, ok := parseAmount(text); !ok || got != want {
			t.Errorf("%q = %d, %t; want %d", text, got, ok, want)
		}
	}
	for _, wrong := range []string{"", "-1", "1e-7", "0.0000001", "1e13", "1.", ".5", "1e", "1e99", "NaN", "Infinity", "1e1e1", "0x10", "1 ", "1_0", "1e-99999999999999999999", "0.30000000000000004"} {
		if got, ok := parseAmount(wrong); ok {
			t.Errorf("%q was read as %d", wrong, got)
		}
	}
}

// A number is one number, however it is spelled.
func TestNumbersInRequests(t *testing.T) {
	t.Parallel()
	var m minutes
	for text, want := range map[string]minutes{
		"60": 60, "60.0": 60, "6e1": 60, "6E+1": 60, "600e-1": 60, `"60"`: 60, "0": 0, "-0": 0, "-0.0": 0, "null": 0, "0.5": 1, "59.000001": 60, "-1": -1, "-1.0": -1,
	} {
		if m = 0; json.Unmarshal([]byte(text), &m) != nil || m != want {
			t.Errorf("%s is %d minutes, want %d", text, m, want)
		}
	}
	var a amount
	for text, want := range map[string]amount{"60.0": 60_000_000, "6e1": 60_000_000, "-0": 0, "-0.0": 0, `"6e1"`: 60_000_000} {
		if a = 1; json.Unmarshal([]byte(text), &a) != nil || a != want {
			t.Errorf("%s is %d millionths, want %d", text, a, want)
		}
	}
	for _, wrong := range []string{`""`, `"soon"`, `"6O"`, `"--0"`, `true`, `{}`, `[60]`, `1e99`} {
		if json.Unmarshal([]byte(wrong), &m) == nil || json.Unmarshal([]byte(wrong), &a) == nil {
			t.Errorf("%s was read", wrong)
		}
	}
	if json.Unmarshal([]byte("-1"), &a) == nil {
		t.Error("an amount below zero was read")
	}
}

// Whatever is read is exactly what was written.
func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"1", "1.5", "1.0E7", "1e-6", "0.000001", "-1", "9e11", "1e13", "00012.500e1", "e", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseAmount(s)
		if !ok {
			return
		}
		if got < 0 || got > terms.MaxQuantity*terms.Unit {
			t.Fatalf("%q = %d", s, got)
		}
		exact, good := new(big.Rat).SetString(s)
		if !good || exact.Cmp(big.NewRat(got, terms.Unit)) != 0 {
			t.Errorf("%q was read as %d millionths", s, got)
		}
	})
}

func TestParseTimestamp(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-14T12:00:00Z": noon, "2026-03-14T12:00:00": noon, "2026-03-14T13:00:00+01:00": noon, "": {},
		"2026-03-14T12:00:00.1239Z": noon.Add(123 * time.Millisecond), "2026-03-14T12:00:00.5": noon.Add(500 * time.Millisecond),
	} {
		if got, ok := parseTimestamp(text); !ok || !got.Equal(want) {
			t.Errorf("%q = %s, %t", text, got, ok)
		}
	}
	for _, wrong := range []string{"2026-03-14", "now", "1773489600", "2026-02-30T12:00:00Z", "9999-12-31T00:00:00Z", "1969-12-31T00:00:00Z", "0001-01-01T00:00:00"} {
		if got, ok := parseTimestamp(wrong); ok {
			t.Errorf("%q was read as %s", wrong, got)
		}
	}
}

func FuzzParseTimestamp(f *testing.F) {
	for _, s := range []string{"2026-03-14T12:00:00Z", "2026-03-14T12:00:00", "2026-03-14T13:00:00.123456789+14:00", "0000-00-00T00:00:00Z", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseTimestamp(s)
		if !ok || s == "" {
			return
		}
		again, ok := parseTimestamp(at.Format(time.RFC3339Nano))
		if !ok || !again.Equal(at) || at.Nanosecond()%1_000_000 != 0 || !terms.GoodInstant(at) {
			t.Errorf("%q = %s, and again %s", s, at, again)
		}
	})
}

func TestAnalyticalValues(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]struct {
		value        string
		number, good bool
	}{
		`12.5`: {"12.5", true, true}, `"12.5"`: {"12.5", true, true}, `-3`: {"-3", true, true}, `"large"`: {"large", false, true}, `""`: {"", false, true},
		`60.0`: {"60", true, true}, `6e1`: {"60", true, true}, `-6.50`: {"-6.5", true, true}, `0.12345678`: {"0.12345678", true, true}, `"60.0"`: {"60.0", true, true},
		`"NaN"`: {"NaN", false, true}, `null`: {}, `{}`: {}, `[1]`: {}, `true`: {}, ``: {}, `1e999`: {"1e999", true, false},
	} {
		value, number, good := analytical(json.RawMessage(raw))
		if good != want.good || good && (value != want.value || number != want.number) {
			t.Errorf("%s: %q, %t, %t", raw, value, number, good)
		}
	}
}
