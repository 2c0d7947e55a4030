package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chancery/internal/language"
)

// ChartKind is how a chart is drawn.
type ChartKind string

// The kinds of chart.
const (
	LineChart  ChartKind = "line"
	BarChart   ChartKind = "bar"
	StackChart ChartKind = "stack" // bars of several series on each other
	RingChart  ChartKind = "ring"  // parts of a whole: one series
	RankChart  ChartKind = "rank"  // horizontal bars, the largest first
)

// Chart is a picture of figures, with the figures beside it for those who read
// rather than look. Without script only the figures are shown.
type Chart struct {
	ID     string // unique on the page
	Title  string
	Text   string // one sentence; may be empty
	Kind   ChartKind
	Unit   string   // of the values: "activations"
	Labels []string // along the axis, or of the parts
	Series []Series
	Today  bool     // the last label is today, which goes on
	Hrefs  []string // where a label leads; may be nil
	Tones  []Tone   // of the labels of a ring; nil for the palette's
	Empty  string   // said when all is nothing
	Per    int64    // values are in so many parts of a unit, a power of ten; 0: in whole ones
}

// Series is one line of figures, as many as there are labels.
type Series struct {
	Name    string
	Values  []int64
	Missing []bool // where there is no figure, which is another thing than 0; nil for nowhere
	Tone    Tone   // empty for the palette's next
}

// labels are the labels as they are shown.
func (c Chart) labels(l *language.Language) []string {
	if !c.Today || len(c.Labels) == 0 {
		return c.Labels
	}
	shown := slices.Clone(c.Labels)
	shown[len(shown)-1] = l.T("%s, so far", shown[len(shown)-1])
	return shown
}

// Nothing reports whether all figures are 0.
func (c Chart) Nothing() bool {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// Data is what the script draws from.
func (c Chart) Data(l *language.Language) (string, error) {
	type series struct {
		Name   string     `json:"name"`
		Values []*float64 `json:"values"` // null for a gap
		Tone   Tone       `json:"tone,omitempty"`
	}
	d := struct {
		Kind   ChartKind `json:"kind"`
		Unit   string    `json:"unit"`
		Labels []string  `json:"labels"`
		Today  bool      `json:"today,omitempty"`
		Hrefs  []string  `json:"hrefs,omitempty"`
		Tones  []Tone    `json:"tones,omitempty"`
		Series []series  `json:"series"`
	}{Kind: c.Kind, Unit: c.Unit, Labels: c.labels(l), Today: c.Today, Hrefs: c.Hrefs, Tones: c.Tones}
	for _, s := range c.Series {
		values := make([]*float64, len(s.Values))
		for i := range values {
			if !s.missing(i) {
				v := float64(s.Values[i]) / float64(max(c.Per, 1))
				values[i] = &v
			}
		}
		d.Series = append(d.Series, series{Name: s.Name, Values: values, Tone: s.Tone})
	}
	b, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("web: a chart's figures: %w", err)
	}
	return string(b), nil
}

func (s Series) missing(i int) bool { return i < len(s.Missing) && s.Missing[i] }

// Line is one row of the table of figures.
type Line struct {
	Label  string
	Href   string
	Values []string
}

// Lines is the table of figures.
func (c Chart) Lines(l *language.Language) []Line {
	lines := make([]Line, len(c.Labels))
	for i, label := range c.labels(l) {
		lines[i].Label = label
		if i < len(c.Hrefs) {
			lines[i].Href = c.Hrefs[i]
		}
		for _, s := range c.Series {
			if s.missing(i) {
				lines[i].Values = append(lines[i].Values, "—")
				continue
			}
			lines[i].Values = append(lines[i].Values, inParts(l, s.Values[i], c.Per))
		}
	}
	return lines
}

// inParts writes a value that is in so many parts of a unit, a power of ten.
func inParts(l *language.Language, v, per int64) string {
	if v < 0 {
		return "-" + inParts(l, -v, per)
	}
	per = max(per, 1)
	text := strconv.FormatInt(v/per, 10)
	if rest := v % per; rest > 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(per+rest, 10)[1:], "0")
	}
	return l.Decimal(text)
}

// Bar shows how much of something is used. Contract is what was sold, Allowed
// the same with buffer and goodwill; 0 for no limit.
type Bar struct {
	Used, Contract, Allowed int64
	Unit                    string // "activations"
}

// Limited reports whether there is anything to show a part of.
func (b Bar) Limited() bool { return b.Contract > 0 || b.Allowed > 0 }

// Width is the used part in percent, 0 to 100.
func (b Bar) Width() int64 {
	whole := max(b.Allowed, b.Contract)
	if whole <= 0 {
		return 0
	}
	return min(100, b.Used*100/whole)
}

// Mark is where the contract ends, in percent of what is allowed.
func (b Bar) Mark() int64 {
	if b.Allowed <= b.Contract || b.Allowed == 0 {
		return 0
	}
	return b.Contract * 100 / b.Allowed
}

// Tone colours the bar.
func (b Bar) Tone() Tone {
	switch whole := max(b.Allowed, b.Contract); {
	case whole <= 0:
		return Info
	case b.Used >= whole:
		return Warning
	case b.Used > b.Contract:
		return Notable
	}
	return Info
}

// Text is "2 of 5", "6 of 5 (7 allowed)", "2, no limit".
func (b Bar) Text(l *language.Language) string {
	switch {
	case !b.Limited():
		return l.T("%d, no limit", b.Used)
	case b.Allowed > b.Contract:
		return l.T("%d of %d (%d allowed)", b.Used, b.Contract, b.Allowed)
	}
	return l.T("%d of %d", b.Used, b.Contract)
}
