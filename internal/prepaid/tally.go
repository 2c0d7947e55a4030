package prepaid

import (
	"cmp"
	"maps"
	"slices"

	"chancery/internal/ident"
)

// StockChange is how the cards of a holder, code and standing change, and their days.
type StockChange struct {
	Holder   ident.CustomerID
	Code     ident.CodeID
	Standing Standing

	Cards, Days int64
}

// DayChange is what happened to a holder's cards of a code on a day of the vendor.
type DayChange struct {
	Holder ident.CustomerID
	Day    int64
	Code   ident.CodeID

	Charged           int64 // days taken by charges and settlements
	Settled           int64 // of them, those that paid for days of grace
	InCards, InDays   int64 // that came, with days that were put on cards
	OutCards, OutDays int64 // that went
}

// tally gathers changes of the counters, which are written once, in one order.
type tally struct {
	stock map[StockChange]*StockChange // by the change without its figures
	days  map[DayChange]*DayChange

	reminders map[ident.CustomerID]*Reminder
}

func newTally() *tally {
	return &tally{stock: map[StockChange]*StockChange{}, days: map[DayChange]*DayChange{}, reminders: map[ident.CustomerID]*Reminder{}}
}

// have counts cards with days, or takes them off where they are negative.
func (c *tally) have(h ident.CustomerID, code ident.CodeID, s Standing, cards, days int64) {
	key := StockChange{Holder: h, Code: code, Standing: s}
	if c.stock[key] == nil {
		c.stock[key] = &StockChange{Holder: h, Code: code, Standing: s}
	}
	c.stock[key].Cards += cards
	c.stock[key].Days += days
}

// changed counts a card that was one way and is another.
func (c *tally) changed(was, is Card) {
	c.have(was.Holder, was.Code, was.Standing(), -1, -was.Days)
	c.have(is.Holder, is.Code, is.Standing(), 1, is.Days)
}

func (c *tally) day(h ident.CustomerID, day int64, code ident.CodeID) *DayChange {
	key := DayChange{Holder: h, Day: day, Code: code}
	if c.days[key] == nil {
		c.days[key] = &DayChange{Holder: h, Day: day, Code: code}
	}
	return c.days[key]
}

// remind gives what a holder is to be reminded of.
func (c *tally) remind(h ident.CustomerID) *Reminder {
	if c.reminders[h] == nil {
		c.reminders[h] = &Reminder{Customer: h}
	}
	return c.reminders[h]
}

// remindersOf gives what customers are to be reminded of a day, in the order in which
// everybody writes it. The vendor's stock is nobody's.
func (c *tally) remindersOf(day int64) (all []Reminder) {
	for _, h := range slices.Sorted(maps.Keys(c.reminders)) {
		if r := *c.reminders[h]; h != 0 && !r.IsNone() {
			r.Day = day
			all = append(all, r)
		}
	}
	return all
}

// all gives the changes in the order in which everybody writes them.
func (c *tally) all() (stock []StockChange, days []DayChange) {
	for _, s := range c.stock {
		if s.Cards != 0 || s.Days != 0 {
			stock = append(stock, *s)
		}
	}
	slices.SortFunc(stock, func(a, b StockChange) int {
		return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Standing, b.Standing))
	})
	for _, d := range c.days {
		if (*d != DayChange{Holder: d.Holder, Day: d.Day, Code: d.Code}) {
			days = append(days, *d)
		}
	}
	slices.SortFunc(days, func(a, b DayChange) int {
		return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Code, b.Code))
	})
	return stock, days
}
