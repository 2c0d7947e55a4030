// Command convert makes the map of the world from the npm package world-atlas (Natural
// Earth, public domain): world.svg with the shape of each country of the scale 1:110m
// under its code, and world.txt with where each lies; those that this scale leaves out
// have a place there, taken from 1:50m, and no shape.
//
//	go run ./internal/web/atlas/convert node_modules/world-atlas internal/web
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"chancery/internal/web/atlas"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: convert WORLD-ATLAS INTERNAL/WEB")
		os.Exit(2)
	}
	if err := convert(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "convert:", err)
		os.Exit(1)
	}
}

// topology is a TopoJSON file.
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]int
	Objects   struct {
		Countries struct{ Geometries []geometry }
	}
}

type geometry struct {
	ID         string
	Type       string
	Arcs       json.RawMessage
	Properties struct{ Name string }
}

func convert(from, to string) error {
	small, err := read(filepath.Join(from, "countries-110m.json"))
	if err != nil {
		return err
	}
	large, err := read(filepath.Join(from, "countries-50m.json"))
	if err != nil {
		return err
	}
	shapes, lies := map[string]string{}, map[string]string{}
	if err := small.each(func(code string, g geometry, rings []ring) {
		shapes[code] += path(rings)
		if g.ID != "" || code == "XK" {
			lies[code] = lie("shape", rings)
		}
	}); err != nil {
		return err
	}
	if err := large.each(func(code string, _ geometry, rings []ring) {
		if lies[code] == "" {
			lies[code] = lie("place", rings)
		}
	}); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(to, "assets", "world.svg"), svg(shapes), 0o644), //nolint:gosec // a file of the repository
		os.WriteFile(filepath.Join(to, "atlas", "world.txt"), list(lies), 0o644),   //nolint:gosec // likewise
	)
}

func read(file string) (*topology, error) {
	content, err := os.ReadFile(file) //nolint:gosec // whoever runs it names it
	if err != nil {
		return nil, err
	}
	t := &topology{}
	return t, json.Unmarshal(content, t)
}

// each goes through all countries with a code but Antarctica.
func (t *topology) each(do func(code string, g geometry, rings []ring)) error {
	for _, g := range t.Objects.Countries.Geometries {
		code := codeOf(g)
		if code == "AQ" || code == "" {
			continue
		}
		rings, err := t.rings(g)
		if err != nil {
			return fmt.Errorf("%s: %w", g.Properties.Name, err)
		}
		do(code, g, rings)
	}
	return nil
}

// codeOf gives the ISO 3166-1 alpha-2 code of a country; those without one of their own
// are drawn as what ISO counts them to, and empty is what nobody counts.
func codeOf(g geometry) string {
	switch g.Properties.Name {
	case "N. Cyprus":
		return "CY"
	case "Somaliland":
		return "SO"
	case "Kosovo":
		return "XK"
	}
	region, err := language.ParseRegion(g.ID)
	if g.ID == "" || err != nil {
		return ""
	}
	return region.String()
}

type ring []atlas.Point

// rings gives the outlines of a geometry on the map.
func (t *topology) rings(g geometry) ([]ring, error) {
	var polygons [][][]int
	switch g.Type {
	case "Polygon":
		polygons = make([][][]int, 1)
		if err := json.Unmarshal(g.Arcs, &polygons[0]); err != nil {
			return nil, err
		}
	case "MultiPolygon":
		if err := json.Unmarshal(g.Arcs, &polygons); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("no polygon: " + g.Type)
	}
	var all []ring
	for _, polygon := range polygons {
		for _, arcs := range polygon {
			for _, part := range cut(t.outline(arcs)) {
				all = append(all, project(part))
			}
		}
	}
	return all, nil
}

// place is degrees east and north.
type place struct{ east, north float64 }

// outline joins arcs; a negative one is walked backwards. It goes on beyond 180 degrees
// where it crosses the line where the map ends.
func (t *topology) outline(arcs []int) []place {
	var all []place
	for _, n := range arcs {
		back := n < 0
		if back {
			n = ^n
		}
		var points []place
		x, y := 0, 0
		for _, d := range t.Arcs[n] {
			x, y = x+d[0], y+d[1]
			points = append(points, place{
				float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0], float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1],
			})
		}
		if back {
			slices.Reverse(points)
		}
		if len(all) > 0 {
			points = points[1:] // the end of the arc before
		}
		all = append(all, points...)
	}
	for i := 1; i < len(all); i++ {
		for all[i].east-all[i-1].east > 180 {
			all[i].east -= 360
		}
		for all[i].east-all[i-1].east < -180 {
			all[i].east += 360
		}
	}
	return all
}

// cut gives the parts of an outline that are on the map: what is beyond one end of it
// comes in at the other.
func cut(outline []place) (parts [][]place) {
	for _, shift := range []float64{-360, 0, 360} {
		part := make([]place, len(outline))
		for i, p := range outline {
			part[i] = place{p.east + shift, p.north}
		}
		part = clip(clip(part, -180, 1), 180, -1)
		if len(part) > 2 {
			parts = append(parts, part)
		}
	}
	return parts
}

// clip keeps what is east of a meridian, or west of it where side is -1 (Sutherland and
// Hodgman, 1974).
func clip(outline []place, at, side float64) (kept []place) {
	for i, p := range outline {
		next := outline[(i+1)%len(outline)]
		in, nextIn := side*(p.east-at) >= 0, side*(next.east-at) >= 0
		if in {
			kept = append(kept, p)
		}
		if in != nextIn {
			share := (at - p.east) / (next.east - p.east)
			kept = append(kept, place{at, p.north + share*(next.north-p.north)})
		}
	}
	return kept
}

func project(part []place) ring {
	var r ring
	for _, p := range part {
		r = append(r, atlas.Project(p.north, p.east))
	}
	return slices.Compact(r)
}

// path writes outlines in relative steps, which is the shortest.
func path(rings []ring) string {
	var b strings.Builder
	for _, r := range rings {
		if len(r) < 3 {
			continue
		}
		fmt.Fprintf(&b, "M%d %dl", r[0].X, r[0].Y)
		for i := 1; i < len(r)-1; i++ { // z goes back to the first
			fmt.Fprintf(&b, "%d %d ", r[i].X-r[i-1].X, r[i].Y-r[i-1].Y)
		}
		b.WriteString("z")
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), " z", "z"), " -", "-")
}

// lie writes the middle of the largest outline, and the box around it.
func lie(kind string, rings []ring) string {
	area := func(r ring) (a int) {
		for i := range r {
			next := r[(i+1)%len(r)]
			a += r[i].X*next.Y - next.X*r[i].Y
		}
		return a
	}
	largest := slices.MaxFunc(rings, func(x, y ring) int { return max(area(x), -area(x)) - max(area(y), -area(y)) })
	left, top, right, bottom := atlas.Width, atlas.Height, 0, 0
	for _, p := range largest {
		left, top, right, bottom = min(left, p.X), min(top, p.Y), max(right, p.X), max(bottom, p.Y)
	}
	label := atlas.Point{X: (left + right) / 2, Y: (top + bottom) / 2}
	if a := area(largest); a != 0 {
		x, y := 0, 0
		for i := range largest {
			p, next := largest[i], largest[(i+1)%len(largest)]
			cross := p.X*next.Y - next.X*p.Y
			x, y = x+(p.X+next.X)*cross, y+(p.Y+next.Y)*cross
		}
		label = atlas.Point{X: x / (3 * a), Y: y / (3 * a)}
	}
	return fmt.Sprintf("%s %d %d %d %d %d %d", kind, label.X, label.Y, left, top, right-left, bottom-top)
}

func svg(shapes map[string]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\"><g id=\"land\">\n", atlas.Width, atlas.Height)
	for _, code := range sorted(shapes) {
		fmt.Fprintf(&b, "<path id=\"%s\" d=\"%s\"/>\n", code, shapes[code])
	}
	b.WriteString("</g></svg>\n")
	return []byte(b.String())
}

func list(lies map[string]string) []byte {
	var b strings.Builder
	for _, code := range sorted(lies) {
		b.WriteString(code + " " + lies[code] + "\n")
	}
	return []byte(b.String())
}

func sorted(of map[string]string) []string {
	var all []string
	for code := range of {
		all = append(all, code)
	}
	slices.Sort(all)
	return all
}
