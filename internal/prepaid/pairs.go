package prepaid

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/listing"
	"chancery/internal/visible"
)

// ReadPairs reads lines of cards and devices that somebody pastes, scans or has in a CSV
// file: a card and its device, in either order, or a device alone; a card in a line of its
// own goes with the device in the next one. A heading says which columns they are in, as in
// the list of cards that is exported.
func ReadPairs(text string) ([]Pair, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = between(text), -1, true, true
	var p pairs
	for first := true; ; first = false {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Wrong(fault.Field{Name: "text", Message: "can't be read: a quotation mark is never closed"})
		}
		for i := range cells {
			cells[i] = visible.OfCell(strings.TrimSpace(cells[i]))
		}
		line, _ := r.FieldPos(0)
		if first && p.heading(cells) {
			continue
		}
		p.line(line, cells)
		if len(p.all) > MaxBindings {
			return nil, fault.Wrong(fault.Field{Name: "text", Message: "has more than 500 lines: bind them in several steps"})
		}
	}
	p.flush()
	return p.all, nil
}

// between is what stands between the cells of the first line.
func between(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	for _, c := range "\t;" {
		if strings.ContainsRune(line, c) {
			return c
		}
	}
	return ','
}

// pairs gathers pairs.
type pairs struct {
	all     []Pair
	card    int // the columns; equal where there is no heading
	device  int
	waiting *Pair // a card that stood alone
}

// heading reads a first line that names columns.
func (p *pairs) heading(cells []string) bool {
	find := func(names ...string) int {
		return slices.IndexFunc(cells, func(c string) bool { return slices.Contains(names, strings.ReplaceAll(listing.Fold(c), "_", " ")) })
	}
	device := find("device", "device number", "bound device number", "imei")
	if device < 0 {
		return false
	}
	p.device, p.card = device, find("card", "card number", "number")
	return true
}

func (p *pairs) line(line int, cells []string) {
	if strings.Join(cells, "") == "" {
		return
	}
	cell := func(i int) string {
		if i >= 0 && i < len(cells) {
			return cells[i]
		}
		return ""
	}
	if p.card != p.device {
		if device := cell(p.device); device != "" { // else a card that is on nothing
			p.all = append(p.all, Pair{Line: line, Card: cell(p.card), Device: device})
		}
		return
	}
	first, second := cell(0), cell(1)
	_, isCard := ParseNumber(first)
	switch {
	case second == "" && isCard:
		p.flush()
		p.waiting = &Pair{Line: line, Card: first}
	case second == "" && p.waiting != nil:
		p.waiting.Device = first
		p.flush()
	case second == "":
		p.all = append(p.all, Pair{Line: line, Device: first})
	default:
		p.flush()
		if _, is := ParseNumber(second); is && !isCard {
			first, second = second, first
		}
		p.all = append(p.all, Pair{Line: line, Card: first, Device: second})
	}
}

func (p *pairs) flush() {
	if p.waiting != nil {
		p.all = append(p.all, *p.waiting)
		p.waiting = nil
	}
}

// WritePairs writes pairs as ReadPairs reads them, line by line.
func WritePairs(all []Pair) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, p := range all {
		_ = w.Write([]string{p.Card, p.Device}) // a Builder takes all
	}
	w.Flush()
	return b.String()
}
