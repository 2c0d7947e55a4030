package cli

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"data", "database", "listen", "log-format", "log-level", "metrics-listen", "public-url", "smtp"}
	for name, want := range map[string][]string{
		"lissten":   {"listen"},
		"url":       {"public-url"},
		"publicurl": {"public-url"},
		"log":       {"log-format", "log-level"},
		"databse":   {"database", "data"},
		"colour":    {},
	} {
		if got := nearest(name, known); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for pair, want := range map[[2]string]int{{"", ""}: 0, {"", "abc"}: 3, {"abc", ""}: 3, {"kitten", "sitting"}: 3, {"listen", "silent"}: 4} {
		if got := distance(pair[0], pair[1]); got != want {
			t.Errorf("%q: %d, want %d", pair, got, want)
		}
	}
}
