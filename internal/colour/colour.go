package colour

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Colour is #rrggbb in small letters; empty for none.
type Colour string

// Read reads #rgb and #rrggbb in any case; empty is none.
func Read(text string) (c Colour, ok bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return "", true
	}
	digits, is := strings.CutPrefix(text, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	if _, err := strconv.ParseUint(digits, 16, 32); !is || len(digits) != 6 || err != nil {
		return "", false
	}
	return Colour("#" + digits), true
}

// RGB gives the parts, each from 0 to 255.
func (c Colour) RGB() (r, g, b uint8) {
	n, err := strconv.ParseUint(strings.TrimPrefix(string(c), "#"), 16, 32)
	if err != nil {
		return 0, 0, 0
	}
	return uint8(n >> 16), uint8(n >> 8), uint8(n) //nolint:gosec // the lowest byte of each is meant
}

// luminance is what WCAG 2 calls relative luminance.
func (c Colour) luminance() float64 {
	linear := func(part uint8) float64 {
		v := float64(part) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	r, g, b := c.RGB()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// Enough is the contrast that WCAG 2 asks for of text (level AA).
const Enough = 4.5

// Contrast gives how well one colour is read on the other, from 1 to 21.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// ReadableOn gives the colour itself where it can be read on all of these, and else the
// nearest of its kind that can: darker on light ground, lighter on dark ground.
func (c Colour) ReadableOn(grounds ...Colour) Colour {
	towards := Colour("#000000")
	if grounds[0].luminance() < 0.18 {
		towards = "#ffffff"
	}
	const steps = 100
	for i := range steps {
		mixed := c.mixed(towards, float64(i)/steps)
		if mixed.readableOn(grounds) {
			return mixed
		}
	}
	return towards
}

func (c Colour) readableOn(grounds []Colour) bool {
	for _, ground := range grounds {
		if Contrast(c, ground) < Enough {
			return false
		}
	}
	return true
}

func (c Colour) mixed(with Colour, share float64) Colour {
	r, g, b := c.RGB()
	x, y, z := with.RGB()
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-share) + float64(b)*share)) }
	return Colour(fmt.Sprintf("#%02x%02x%02x", mix(r, x), mix(g, y), mix(b, z)))
}

// Text gives the colour of a text on this one: white, or what is nearly black. One of
// the two can always be read.
func (c Colour) Text() Colour {
	const white, black = "#ffffff", "#101418"
	if Contrast(c, white) >= Enough {
		return white
	}
	if Contrast(c, black) >= Enough {
		return black
	}
	return "#000000"
}

// Scheme is one accent as it is used, so that it can be read everywhere: as the ground
// of a button with a text on it, and as the text of a link.
type Scheme struct {
	Accent, Text Colour // a button's, and what is written on it
	Link         Colour // the accent, or the nearest that can be read on all grounds

	Contrast float64 // of the accent to the ground on which it is read worst
}

// Of gives the scheme of an accent on these grounds.
func Of(accent Colour, grounds ...Colour) Scheme {
	s := Scheme{Accent: accent, Text: accent.Text(), Link: accent.ReadableOn(grounds...), Contrast: math.Inf(1)}
	for _, ground := range grounds {
		s.Contrast = min(s.Contrast, Contrast(accent, ground))
	}
	return s
}
