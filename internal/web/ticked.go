package web

import (
	"slices"
	"strconv"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// MaxTicked is how many ticked rows one request may act on; MaxTogether how many where
// all of them change or none: it is one transaction, which is short.
const (
	MaxTicked   = 500
	MaxTogether = 100
)

// Ticked are the values of the rows that were ticked in a list: at least one, at
// most so many.
func (v Values) Ticked(name string, most int) ([]string, error) {
	return fitting(v.Values[name], most)
}

// UUIDs are the ids of the rows that were ticked in a list: at least one, at most
// so many, sorted, each once. They also come joined by commas: from an undo, and
// from a page that asks once more (see Form.Ticked).
func (v Values) UUIDs(name string, most int) ([]ident.UUID, error) {
	texts, err := fitting(joined(v.Values[name]), most)
	ids := make([]ident.UUID, len(texts))
	for i, text := range texts {
		if ids[i], err = ident.ParseUUID(text); err != nil {
			return nil, fault.Refused("bad_selection", "A ticked row is not one of the list.", "Go back to the list and tick the rows again.")
		}
	}
	slices.SortFunc(ids, func(a, b ident.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids), err
}

func fitting(texts []string, most int) ([]string, error) {
	switch {
	case len(texts) == 0:
		return nil, fault.Refused("nothing_ticked", "Nothing is ticked.", "Tick the rows that you mean, and try again.")
	case len(texts) > most:
		return nil, fault.Refused("too_many_ticked", "At most "+strconv.Itoa(most)+" rows can be changed at once.", "Tick fewer, and repeat it for the rest.")
	}
	return texts, nil
}

func joined(sent []string) []string {
	return strings.FieldsFunc(strings.Join(sent, ","), func(r rune) bool { return r == ',' || r == ' ' })
}

// Ticked is the field that keeps what was ticked while a page asks once more, and
// how many rows that are.
func (f *Form) Ticked(name string) (Field, int) {
	ids := joined(f.sent[name])
	if f.sent == nil {
		ids = joined(f.looked[name])
	}
	return Field{Name: name, Kind: HiddenField, Value: strings.Join(ids, ",")}, len(ids)
}
