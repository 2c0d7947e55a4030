package faults_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	paidDay = 24 * time.Hour
	grace   = 1 // days, of the vendor

	// late is how long after a device is due its charge may come: a moved clock stops once
	// a minute for what is due, and a killed server comes again after some seconds.
	late = 2 * time.Minute
)

// owner is a customer of a tree.
type owner struct {
	id    string
	above *owner // nil at the top
	below []*owner
}

// within tells whether an owner is another one, or below it; all are below the vendor.
func (o *owner) within(above *owner) bool {
	if above == nil {
		return true
	}
	for ; o != nil; o = o.above {
		if o == above {
			return true
		}
	}
	return false
}

// dayCard is a card as a model has it: what was acknowledged, and what the rules make of it.
type dayCard struct {
	number           string
	owner            *owner
	total, days      int64
	onReport, locked bool
	used             bool
	activated        time.Time // as the server says; zero until it was asked
	on               *payer
	bound            int // which binding it is: later ones have higher numbers
}

// payer is a device as the model has it. until is as the server says: when exactly a charge
// comes is no promise, but that it comes once in 24 hours, and when at the latest.
type payer struct {
	number       string
	owner        *owner
	cards        []*dayCard
	until        time.Time
	dark         bool
	asleep       bool // its time is over, and only a report or a card wakes it
	lifted       bool // by a card that came: the run charges it at once
	graceLeft    int64
	owed         int64
	lastOnReport bool
	touched      int // the window in which a card came last
}

// charged is the card that the device's next day comes from (docs/rules/prepaid.md, rule 8).
func (d *payer) charged() *dayCard {
	var left []*dayCard
	for _, c := range d.cards {
		if c.days > 0 {
			left = append(left, c)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return slices.MinFunc(left, func(a, b *dayCard) int {
		switch {
		case a.used != b.used && a.used:
			return -1
		case a.used != b.used:
			return 1
		}
		if a.activated.IsZero() != b.activated.IsZero() { // one that was activated just now
			return a.activated.Compare(b.activated) * -1
		}
		return cmp.Or(a.activated.Compare(b.activated), cmp.Compare(a.bound, b.bound))
	})
}

// day takes a day, or one of grace; false when there is none, or it needs a report.
func (d *payer) day(report bool) bool {
	if c := d.charged(); c != nil {
		if c.onReport && !report {
			return false
		}
		c.days, c.used = c.days-1, true
		d.graceLeft, d.lastOnReport = -1, c.onReport
		return true
	}
	left := d.graceLeft
	if left < 0 {
		left = grace
	}
	if left == 0 || d.lastOnReport && !report {
		return false
	}
	d.graceLeft, d.owed = left-1, d.owed+1
	return true
}

// waits tells whether only a report gives the device its next day.
func (d *payer) waits() bool {
	if c := d.charged(); c != nil {
		return c.onReport
	}
	return d.graceLeft != 0 && d.lastOnReport
}

// comes is what a card with days does for the device it is on (docs/rules/prepaid.md, rules
// 10 and 13).
func (d *payer) comes(c *dayCard) {
	for d.owed > 0 && c.days > 0 {
		c.days, d.owed, c.used = c.days-1, d.owed-1, true
	}
	if c.days > 0 && (d.dark || d.asleep) {
		next := d.charged()
		d.dark, d.asleep, d.lifted = false, next.onReport, !next.onReport
	}
}

// put puts a card on a device; comes is then to be called.
func (d *payer) put(c *dayCard, binding int) {
	c.on, c.owner, c.bound = d, d.owner, binding
	d.cards = append(d.cards, c)
}

func (d *payer) take(c *dayCard) {
	c.on = nil
	d.cards = slices.DeleteFunc(d.cards, func(o *dayCard) bool { return o == c })
}

// answered takes what a report was answered, between two instants of the clock; it says
// what is wrong, or nothing.
func (d *payer) answered(allowed bool, until, from, to time.Time) string {
	switch {
	case d.dark:
		if allowed {
			return "is blacklisted, and was allowed"
		}
		return ""
	case !allowed:
		if d.day(true) {
			return "has days, and was refused"
		}
		d.dark, d.graceLeft, d.asleep = true, 0, false
		return ""
	case until.Equal(d.until):
		if !until.After(from) {
			return "was allowed without paid time"
		}
		return ""
	}
	return d.charge(until, from, to, true)
}

// charge takes one charge between two instants.
func (d *payer) charge(until, from, to time.Time, report bool) string {
	if d.until.After(to) {
		return fmt.Sprintf("was charged until %s while it had time until %s", until, d.until)
	}
	if at := until.Add(-paidDay); at.Before(from) || at.After(to) {
		return fmt.Sprintf("was charged at %s, not between %s and %s", at, from, to)
	}
	if !d.day(report) {
		return "was charged, and has nothing to charge"
	}
	d.until, d.lifted, d.asleep = until, false, false
	return ""
}

// passed takes how a device stands, as it was read between two instants, now and after; at
// the first one nothing was due. Since from nobody but the run had to do with it. It says
// what is wrong, or nothing.
func (d *payer) passed(until time.Time, dark bool, from, now, after time.Time) string {
	switch {
	case d.lifted:
		if until.Equal(d.until) {
			return "was lifted, and not charged"
		}
		return d.charge(until, from, after, false) // dark time is not charged
	case !until.Equal(d.until):
		days := int(until.Sub(d.until) / paidDay)
		if behind := until.Sub(d.until) % paidDay; days == 0 || behind > time.Duration(days)*late {
			return fmt.Sprintf("has time until %s, after %s", until, d.until)
		}
		for range days {
			if !d.day(false) {
				return fmt.Sprintf("was charged until %s, after %s, and had nothing to charge", until, d.until)
			}
		}
		d.until = until
	}
	switch over := !d.until.IsZero() && !d.until.After(now); {
	case dark && !d.dark && (d.until.After(after) || d.charged() != nil || d.graceLeft != 0):
		return "is blacklisted, and has days or time"
	case dark:
		d.dark, d.graceLeft, d.asleep = true, 0, false
	case d.dark:
		return "is blacklisted no longer"
	case over && !d.asleep && !d.waits():
		return "is due, and was not charged"
	case over:
		d.asleep = true
	}
	return ""
}

// pageOf reads all of a list.
func (y *prepaidYear) pageOf(url, list string) (all []object) {
	y.t.Helper()
	cursor := ""
	for {
		path := "/api/v1/prepaid/" + list + "?limit=500"
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		got := y.site.do(url, request{method: http.MethodGet, path: path, staff: true})
		if got.status != http.StatusOK {
			y.t.Fatalf("%s: %d %s %v", list, got.status, got.data, got.failed)
		}
		all = append(all, got.items()...)
		if cursor, _ = got.object()["next_cursor"].(string); cursor == "" {
			return all
		}
	}
}

func timeOf(o object, name string) time.Time {
	text, _ := o[name].(string)
	at, _ := time.Parse(time.RFC3339, text)
	return at
}
