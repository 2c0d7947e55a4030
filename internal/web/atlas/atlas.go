package atlas

import (
	_ "embed" // where countries are
	"fmt"
	"strings"
	"sync"
)

//go:embed world.txt
var world string

// Country is where a country lies on the map.
type Country struct {
	Label      Point // where its number stands: within its largest part
	Box        Box   // around its largest part
	HasOutline bool  // it is large enough to be drawn: the shape of its code in world.svg
}

// Box is a part of the map.
type Box struct{ X, Y, Width, Height int }

// countries are all that are on the map, by their ISO 3166-1 alpha-2 codes.
//
//nolint:gochecknoglobals // read the first time, and never changed
var countries = sync.OnceValue(func() map[string]Country {
	all := map[string]Country{}
	for line := range strings.Lines(world) {
		var code, kind string
		var c Country
		if _, err := fmt.Sscanf(line, "%s %s %d %d %d %d %d %d", &code, &kind, &c.Label.X, &c.Label.Y, &c.Box.X, &c.Box.Y, &c.Box.Width, &c.Box.Height); err != nil {
			panic("atlas: world.txt: " + line)
		}
		c.HasOutline = kind == "shape"
		all[code] = c
	}
	return all
})

// Find gives a country by its ISO 3166-1 alpha-2 code.
func Find(code string) (c Country, found bool) {
	c, found = countries()[code]
	return c, found
}

// Zooms are how much larger than the whole map a part of it can be shown. Each has a
// class in the style, because letters and lines stay as large as they are.
func Zooms() []int { return []int{8, 4, 2, 1} }

// Around gives the part of the map that shows all boxes with some room, as large as it
// can be: its zoom, and where it is. Nothing is the whole map.
func Around(boxes ...Box) (zoom int, part Box) {
	if len(boxes) == 0 {
		return 1, Box{0, 0, Width, Height}
	}
	left, top, right, bottom := Width, Height, 0, 0
	for _, b := range boxes {
		left, top = min(left, b.X), min(top, b.Y)
		right, bottom = max(right, b.X+b.Width), max(bottom, b.Y+b.Height)
	}
	for _, zoom := range Zooms() {
		part := Box{Width: Width / zoom, Height: Height / zoom}
		if zoom > 1 && (10*(right-left) > 9*part.Width || 10*(bottom-top) > 9*part.Height) {
			continue
		}
		part.X = within((left+right-part.Width)/2, Width-part.Width)
		part.Y = within((top+bottom-part.Height)/2, Height-part.Height)
		return zoom, part
	}
	return 1, Box{0, 0, Width, Height}
}

func within(n, most int) int { return min(max(n, 0), most) }
