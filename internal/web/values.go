package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
)

// Values reads what a form sent. What is wrong is collected by field and given by Err.
type Values struct {
	url.Values

	Zone     *time.Location // where a date ends
	language *language.Language
	wrong    *fault.Fields
}

// NewValues makes a reader.
func NewValues(v url.Values, zone *time.Location) Values {
	return Values{Values: v, Zone: zone, wrong: &fault.Fields{}}
}

// Err is what is wrong so far, as one fault; nil for nothing.
func (v Values) Err() error { return v.wrong.Err() }

// Check notes what is wrong with a field unless ok.
func (v Values) Check(ok bool, name, message string) { v.wrong.Check(ok, name, message) }

// Text is a field without blanks at its ends.
func (v Values) Text(name string) string { return strings.TrimSpace(v.Get(name)) }

// Lines are the lines of a field that are not empty.
func (v Values) Lines(name string) []string {
	var lines []string
	for line := range strings.Lines(v.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Flag reports whether a CheckField is on.
func (v Values) Flag(name string) bool { return v.Get(name) != "" }

// Int is a whole number; 0 when the field is empty.
func (v Values) Int(name string) int {
	if p := v.IntOrNil(name); p != nil {
		return *p
	}
	return 0
}

// Number is what somebody has typed as a number, as programs write it. It is read as the
// language of the form writes numbers; ok is false for what is none in it.
func (v Values) Number(text string) (number string, ok bool) { return v.language.ReadNumber(text) }

// IntOrNil is a whole number; nil when the field is empty. What parts digits
// in the language of the form is taken.
func (v Values) IntOrNil(name string) *int {
	if v.Text(name) == "" {
		return nil
	}
	text, ok := v.Number(v.Text(name))
	n, err := strconv.Atoi(text)
	if err != nil || !ok {
		v.Check(false, name, "must be a whole number, such as 25")
		return nil
	}
	return &n
}

// UUID is an id; zero when the field is empty.
func (v Values) UUID(name string) ident.UUID {
	text := v.Text(name)
	if text == "" {
		return ident.UUID{}
	}
	id, err := ident.ParseUUID(text)
	if err != nil {
		v.Check(false, name, "must be chosen from the list")
	}
	return id
}

// LastDay is the exclusive instant at which a day ends in the zone; nil when the field
// is empty. was is the end that the field showed, if any: it stays where its day does,
// also when it lies within that day.
func (v Values) LastDay(name string, was time.Time) *time.Time {
	return v.day(name, was, LastDayValue(was, v.Zone), calendar.Day.Ends)
}

// FirstDay is the instant at which a day begins in the zone; nil when the field is
// empty. was is the beginning that the field showed, if any: it stays where its day
// does.
func (v Values) FirstDay(name string, was time.Time) *time.Time {
	return v.day(name, was, FirstDayValue(was, v.Zone), calendar.Day.Begins)
}

func (v Values) day(name string, was time.Time, shown string, at func(calendar.Day, *time.Location) time.Time) *time.Time {
	text := v.Text(name)
	switch text {
	case "":
		return nil
	case shown:
		return &was
	}
	d, wrong := calendar.ParseDay(text)
	if v.Check(wrong == "", name, wrong); wrong != "" {
		return nil
	}
	t := at(d, v.Zone)
	return &t
}
