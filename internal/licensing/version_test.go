package licensing

import (
	"testing"

	"chancery/internal/terms"
)

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	// From old to new; those on one line are equal.
	order := [][]string{
		{"0", "", "v", "0.0"},
		{"0.9"},
		{"0.10", "00.010"},
		{"1.0-alpha", "1.0.alpha", "v1.0-alpha"},
		{"1.0-alpha.1"},
		{"1.0-beta", "1.0-BETA"},
		{"1", "v1", "V1.0", "1.0.0", " 1.0 ", "1.0+build.7", "1_0"},
		{"1.0.1"},
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
					if got := CompareVersions(a, b); got != want {
						t.Errorf("CompareVersions(%q, %q) = %d, want %d", a, b, got, want)
					}
				}
			}
		}
	}
}

func TestVersionAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minimum, limit, version string
		want                    bool
	}{
		{"", "", "9", true},
		{"", "2.0", "2.0.0", true},
		{"", "2.0", "2.0.1", false},
		{"", "2.0", "2.0-rc", true},
		{"1.5", "", "1.5", true},
		{"1.5", "", "1.5-rc", false},
		{"1.5", "2.0", "1.4", false},
		{"1.5", "2.0", "", true},
	} {
		if got := versionAllowed(terms.Policy{MinimumRelease: c.minimum, ReleaseLimit: c.limit}, c.version); got != c.want {
			t.Errorf("%+v: got %t", c, got)
		}
	}
}

func FuzzCompareVersions(f *testing.F) {
	for _, s := range []string{"", "1", "v1.0-rc.1", "1..2", "1.-a", "\xff", "٣.1", "1.0.0.0.0", "2026.03"} {
		f.Add(s, "1.0", "1.0-a")
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		ab, ba := CompareVersions(a, b), CompareVersions(b, a)
		if ab != -ba || CompareVersions(a, a) != 0 {
			t.Errorf("%q and %q: %d and %d", a, b, ab, ba)
		}
		if ab <= 0 && CompareVersions(b, c) <= 0 && CompareVersions(a, c) > 0 {
			t.Errorf("%q ≤ %q ≤ %q, and yet the first is newer than the last", a, b, c)
		}
	})
}
