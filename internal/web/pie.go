package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"chancery/internal/language"
)

// Pie is a picture of the parts of a whole. It is drawn without script; each part leads
// somewhere, and so does its line in the table beside it, which says all that the picture
// shows.
type Pie struct {
	Title  string
	Text   string    // one sentence; may be empty
	Head   [2]string // of the table: what the parts are, and what is counted
	Slices []Slice
	Empty  string // said where the whole is nothing
}

// Slice is a part of a pie.
type Slice struct {
	Label string
	Sub   string // a quieter second line; may be empty
	Value int64
	Href  string // where it leads; empty for nowhere
	Tone  Tone   // empty for the palette's next
}

// PiePart is a slice ready to be shown.
type PiePart struct {
	Slice

	Class  string // of its colour
	Path   string // its outline; empty where it is nothing
	Number string
	Share  string // of the whole: "12 %"
}

// Nothing reports whether the whole is nothing.
func (p Pie) Nothing() bool { return p.whole() == 0 }

func (p Pie) whole() (n int64) {
	for _, s := range p.Slices {
		n += s.Value
	}
	return n
}

// Total is the whole, in words.
func (p Pie) Total(l *language.Language) string { return l.Number(p.whole()) }

// pieColours is how many the palette has.
const pieColours = 8

// Parts are the slices with their outlines, clockwise from the top.
func (p Pie) Parts(l *language.Language) []PiePart {
	whole, before, plain := p.whole(), int64(0), 0
	shares := p.shares()
	parts := make([]PiePart, len(p.Slices))
	for i, s := range p.Slices {
		class := "app-slice-" + string(s.Tone)
		if s.Tone == "" {
			class = "app-slice-" + strconv.Itoa(plain%pieColours+1)
			plain++
		}
		parts[i] = PiePart{Slice: s, Class: class, Number: l.Number(s.Value), Share: Percent(shares[i], min(whole, 1)*100)}
		if s.Value > 0 {
			parts[i].Path = ringPart(float64(before)/float64(whole), float64(before+s.Value)/float64(whole))
		}
		before += s.Value
	}
	return parts
}

// shares are the slices in whole per cents that add up to a hundred: those that would be
// cut most are rounded up.
func (p Pie) shares() []int64 {
	whole := p.whole()
	all := make([]int64, len(p.Slices))
	if whole == 0 {
		return all
	}
	left := int64(100)
	order := make([]int, len(all))
	for i, s := range p.Slices {
		all[i], order[i] = s.Value*100/whole, i
		left -= all[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(p.Slices[b].Value*100%whole, p.Slices[a].Value*100%whole)
	})
	for _, i := range order[:left] {
		all[i]++
	}
	return all
}

// The ring that a pie is drawn as, around (0, 0).
const (
	outerRadius = 50
	innerRadius = 28
)

// ringPart is the outline of the part of the ring between two fractions of a turn.
func ringPart(from, to float64) string {
	if to-from > 0.9999 { // an arc can't end where it begins
		return ringPart(0, 0.5) + " " + ringPart(0.5, 1)
	}
	at := func(part, radius float64) string {
		sin, cos := math.Sincos(2 * math.Pi * part)
		return fmt.Sprintf("%.2f %.2f", radius*sin, -radius*cos)
	}
	large := 0
	if to-from > 0.5 {
		large = 1
	}
	return fmt.Sprintf("M%s A%d %d 0 %d 1 %s L%s A%d %d 0 %d 0 %s Z", at(from, outerRadius), outerRadius, outerRadius, large, at(to, outerRadius),
		at(to, innerRadius), innerRadius, innerRadius, large, at(from, innerRadius))
}
