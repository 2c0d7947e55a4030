package terms_test

import (
	"testing"

	"chancery/internal/terms"
)

func TestAllowsRelease(t *testing.T) {
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
		// What can't be read does not judge and is not judged.
		{"1.5", "2.0", "Version 9", true},
		{"1.5", "2.0", "build-7", true},
		{"", "latest", "9", true},
		{"1,10", "2.0", "1.0", true},
		{"1,10", "2.0", "2.1", false},
	} {
		if got := (terms.Policy{MinimumRelease: c.minimum, ReleaseLimit: c.limit}).AllowsRelease(c.version); got != c.want {
			t.Errorf("%+v: got %t", c, got)
		}
	}
}
