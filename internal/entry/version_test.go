package entry_test

import (
	"testing"

	"chancery/internal/entry"
	"chancery/internal/fault"
)

func TestVersionsInOrder(t *testing.T) {
	t.Parallel()
	// From old to new; those on one line are equal.
	order := [][]string{
		{"0", "v0", "0.0"},
		{"0.9"},
		{"0.10", "00.010"},
		{"1.0-alpha", "1.0.alpha", "v1.0-alpha", "1.0alpha"},
		{"1.0-alpha.1", "1.0alpha1"},
		{"1.0-beta", "1.0-BETA"},
		{"1", "v1", "V1.0", "1.0.0", " 1.0 ", "1.0+build.7", "1_0", "1.0 (build 7)", "1\u00a00"},
		{"1.0.1"},
		{"1.0.2-k", "1.0.2k"},
		{"1.2rc9"},
		{"1.2rc10", "1.2-rc.10", "1.2 RC 10"},
		{"1.9"},
		{"1.10"},
		{"2.0-rc"},
		{"2.0"},
		{"2026.03.20"},
		{"99999999999999999999999999999998"},
		{"99999999999999999999999999999999"},
	}
	for i, older := range order {
		for j, newer := range order {
			want := 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			for _, a := range older {
				for _, b := range newer {
					v, readable := entry.ReadVersion(a)
					w, also := entry.ReadVersion(b)
					if got := v.Compare(w); got != want || !readable || !also {
						t.Errorf("%q to %q: %d, want %d; read: %t, %t", a, b, got, want, readable, also)
					}
				}
			}
		}
	}
}

func TestReleases(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"": true, " 1.10\u00a0": true, "v2": true, "2024.1": true,
		"1,10": false, "latest": false, "all": false, "Version 2": false, "1.x": false, "1.*": false, "*": false, "v": false, ".5": false, "1..2": false, "1.": false,
		"1.2.": false, "٣.1": false, "1/2": false, "\xff": false, "1.0\u200b": false, "unlimited": false, "-": false, "v v1": false, "beta 1": false, ">=1": false,
	} {
		var wrong fault.Fields
		if entry.Release(&wrong, "release_limit", text, "before"); (wrong.Err() == nil) != good {
			t.Errorf("%q: %v", text, wrong.Err())
		}
		wrong = nil
		if kept := entry.Release(&wrong, "release_limit", text, text); wrong.Err() != nil || kept != text {
			t.Errorf("%q, as it was: %v", text, wrong.Err())
		}
	}
}

func FuzzVersion(f *testing.F) {
	for _, s := range []string{"", "1", "v1.0-rc.1", "1..2", "1.-a", "\xff", "٣.1", "1.0.0.0.0", "2026.03", "1.0k", "1a1a1"} {
		f.Add(s, "1.0", "1.0-a")
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		v, first := entry.ReadVersion(a)
		w, second := entry.ReadVersion(b)
		x, third := entry.ReadVersion(c)
		if !first || !second || !third {
			return
		}
		if v.Compare(w) != -w.Compare(v) {
			t.Errorf("%q and %q: %d and %d", a, b, v.Compare(w), w.Compare(v))
		}
		if v.Compare(w) <= 0 && w.Compare(x) <= 0 && v.Compare(x) > 0 {
			t.Errorf("%q ≤ %q ≤ %q, and yet the first is newer than the last", a, b, c)
		}
		var wrong fault.Fields
		if kept := entry.Release(&wrong, "release", a, ""); wrong.Err() == nil {
			if again, ok := entry.ReadVersion(kept); !ok || again.Compare(v) != 0 {
				t.Errorf("%q is kept as %q, another version", a, kept)
			}
		}
	})
}
