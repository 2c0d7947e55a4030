package colour_test

import (
	"fmt"
	"math"
	"testing"

	"chancery/internal/colour"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]colour.Colour{"": "", "  ": "", "#1F5FBF": "#1f5fbf", " #abc ": "#aabbcc"} {
		if got, ok := colour.Read(text); !ok || got != want {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"red", "1f5fbf", "#1f5fb", "#1f5fbg", "#1f5fbf;x:y", "rgb(1,2,3)", "#-12345", "#+1234f"} {
		if got, ok := colour.Read(text); ok {
			t.Errorf("%q was read as %q", text, got)
		}
	}
}

// The figures are those of the examples that WCAG's own tools give.
func TestContrast(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]colour.Colour]float64{
		{"#000000", "#ffffff"}: 21, {"#ffffff", "#ffffff"}: 1, {"#767676", "#ffffff"}: 4.54, {"#ff0000", "#ffffff"}: 4.00,
	} {
		if got := colour.Contrast(pair[0], pair[1]); math.Abs(got-want) > 0.005 {
			t.Errorf("%v: %.3f, want %.2f", pair, got, want)
		}
	}
}

// Whatever somebody chooses can be read: as a link on every ground, and below the text
// of a button. What can be read as it is stays as it is.
func TestEveryAccentCanBeRead(t *testing.T) {
	t.Parallel()
	for name, grounds := range map[string][]colour.Colour{"light": {"#ffffff", "#f5f6f8", "#eceef2"}, "dark": {"#10151d", "#171e29", "#232c3b"}} {
		for n := 0; n < 1<<24; n += 30_011 {
			accent := colour.Colour(fmt.Sprintf("#%06x", n))
			s, readable := colour.Of(accent, grounds...), true
			for _, ground := range grounds {
				if colour.Contrast(s.Link, ground) < colour.Enough {
					t.Fatalf("%s on %s: the link %s has %.2f", accent, ground, s.Link, colour.Contrast(s.Link, ground))
				}
				readable = readable && colour.Contrast(accent, ground) >= colour.Enough
			}
			if readable != (s.Link == accent) {
				t.Fatalf("%s, %s: the link is %s", name, accent, s.Link)
			}
			if colour.Contrast(s.Accent, s.Text) < colour.Enough {
				t.Fatalf("a button of %s has the text %s", s.Accent, s.Text)
			}
		}
	}
}
