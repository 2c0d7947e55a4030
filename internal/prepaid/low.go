package prepaid

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Low are the days left at which a customer is told of its cards (docs/rules/prepaid.md, rule 35).
type Low struct {
	Days    int64 // this many and fewer are low
	VeryLow int64 // and this many and fewer very low
}

// defaultLow holds until a customer says otherwise.
var defaultLow = Low{Days: MonthDays - 1, VeryLow: WeekDays - 1} //nolint:gochecknoglobals // it never changes

// IsDefault reports whether these are those of who has said nothing.
func (l Low) IsDefault() bool { return l == defaultLow }

// Low gives what holds for the customer.
func (s Switches) Low() Low {
	if s.LowDays == 0 {
		return defaultLow
	}
	return Low{s.LowDays, s.VeryLowDays}
}

// withLow gives the switches with other thresholds; nil leaves one as it is.
func (s Switches) withLow(days, very *int64) (Switches, error) {
	l := s.Low()
	set(&l.Days, days)
	set(&l.VeryLow, very)
	var wrong fault.Fields
	wrong.Check(l.Days >= 2 && l.Days <= maxLowDays, "low_days", "must be a whole number from 2 to 365")
	wrong.Check(l.VeryLow >= 1 && l.VeryLow < l.Days, "very_low_days", "must be a whole number of at least 1, and less than the number above")
	s.LowDays, s.VeryLowDays = l.Days, l.VeryLow
	if l.IsDefault() {
		s.LowDays, s.VeryLowDays = 0, 0
	}
	return s, wrong.Err()
}

const maxLowDays = 365

// Level says how low a card is.
type Level int

// The levels.
const (
	Enough Level = iota
	IsLow
	IsVeryLow
	IsSpent
)

func (l Low) of(days int64) Level {
	switch {
	case days <= 0:
		return IsSpent
	case days <= l.VeryLow:
		return IsVeryLow
	case days <= l.Days:
		return IsLow
	}
	return Enough
}

// fell tells which level a card has come down to; Enough where it is as it was, or better.
func (l Low) fell(from, to int64) Level {
	if now := l.of(to); now > l.of(from) {
		return now
	}
	return Enough
}

// mostOwnLow is how many customers' own thresholds a piece of work reads at once; of a vendor
// with more of them it reads each by itself.
const mostOwnLow = 1000

// lowOf gives what holds for a holder.
func (d *desk) lowOf(holder ident.CustomerID) (Low, error) {
	if d.low == nil {
		own, err := d.c.Store.OwnLow(d.t, d.v, mostOwnLow+1)
		if err != nil {
			return Low{}, err
		}
		d.low = own
	}
	if l, own := d.low[holder]; own {
		return l, nil
	}
	if len(d.low) <= mostOwnLow {
		return defaultLow, nil
	}
	line, err := d.line(holder)
	if err != nil || len(line) == 0 {
		return defaultLow, err
	}
	return line[0].Low(), nil
}
