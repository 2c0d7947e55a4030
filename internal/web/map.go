package web

import (
	"fmt"
	"html/template"
)

// Map is the world, or a part of it, with what is where: countries shaded and with a
// number, cities as circles. It is drawn without script, and has a table of its figures
// beside it for those who read rather than look.
type Map struct {
	Title string
	Text  string // one sentence; may be empty
	Label string // what the picture shows, for those who do not see it

	Zoom       int // how much larger than the whole map: one of atlas.Zooms
	X, Y, W, H int // the part of the map that is shown

	Countries []MapCountry
	Cities    []MapCity
	Numbers   []MapNumber

	Head [2]string // of the table: place, and what is counted
	Rows []MapRow  // the figures; none for the map of one thing, whose facts say where it is
	Note string    // what the figures leave out; may be empty
}

// MapCountry is a country that is shaded.
type MapCountry struct {
	Code  string // of its shape in world.svg
	Level int    // from 1 to MapLevels, the strongest
	Title string
}

// MapLevels is how many shades there are.
const MapLevels = 4

// MapCity is a circle on the map.
type MapCity struct {
	X, Y   int
	Radius int // 0 where nobody says how large
	Title  string
}

// MapNumber is the number of a country. Where the map is small, only those stand that
// are IsRoomy: others would overlap.
type MapNumber struct {
	X, Y    int
	Text    string
	IsRoomy bool
}

// MapRow is one line of the table.
type MapRow struct {
	Flag, Text, Sub string
	Count           string
	Href            string
}

// View is the part of the map that is shown.
func (m Map) View() string { return fmt.Sprintf("%d %d %d %d", m.X, m.Y, m.W, m.H) }

// Dot is the radius of a city's middle.
func (m Map) Dot() int { return max(36/max(m.Zoom, 1), 1) }

// shapeOf draws a shape of the map by its name: a country's code, or all land.
func shapeOf(a *Assets) func(name, class string) template.HTML {
	return func(name, class string) template.HTML {
		return template.HTML(`<use href="` + template.HTMLEscapeString(a.Href("world.svg")+"#"+name) + //nolint:gosec // escaped
			`" class="` + template.HTMLEscapeString(class) + `"/>`)
	}
}
