package prepaid

import (
	"errors"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Config is what the service needs; all of it down to IDs is required.
type Config struct {
	Store    Store
	Reader   Reader
	Machines Machines
	Runner   tx.Runner // for what goes in portions
	IDs      ident.Source
	Trust    Trust     // nil where the clock is always right
	Notices  Notices   // nil where nobody is told
	Presence *Presence // is told of new devices; nil where no heartbeats are taken
}

// Trust says whether the clock can be believed.
type Trust interface {
	// Trusts reports whether an instant of a transaction can be right.
	Trusts(now time.Time) bool
}

// Service carries out what people and programs ask for. Its methods run in the caller's
// transaction, decide who may (By), and leave records; a refusal is a fault with a code of
// refusals.go, or card_not_found and device_not_found for what somebody may not see.
type Service struct{ c Config }

// New checks the configuration and makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Reader == nil || c.Machines == nil || c.Runner == nil || c.IDs.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("prepaid: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// desk is one piece of work under way in a transaction: what it needs to know of the
// vendor, read once, and the counters that it has to bring up to date.
type desk struct {
	c   *Config
	t   tx.Tx
	v   ident.VendorID
	now time.Time
	day int64 // the vendor's

	trusted bool // the clock can be believed: see gain and charge

	grace int64
	codes map[ident.CodeID]Code
	tally *tally
	rows  []Deduction // for the ledger
	lines map[ident.CustomerID][]Customer
	low   map[ident.CustomerID]Low // own thresholds; nil where they were not read
}

// open begins a piece of work.
func (s *Service) open(t tx.Tx, v ident.VendorID) (*desk, error) {
	d := &desk{c: &s.c, t: t, v: v, now: t.Now(), trusted: s.trusts(t.Now()), tally: newTally(), lines: map[ident.CustomerID][]Customer{}}
	zone, err := s.c.Store.Zone(t, v)
	if err != nil {
		return nil, err
	}
	d.day = calendar.DayOf(d.now, zone).Number()
	settings, err := s.c.Store.Settings(t, v)
	d.grace = settings.GraceDays
	return d, err
}

// close writes the ledger and the counters.
func (d *desk) close() error {
	if len(d.rows) > 0 {
		if err := d.c.Store.AddDeductions(d.t, d.v, d.rows); err != nil {
			return err
		}
	}
	if reminders := d.tally.remindersOf(d.day); len(reminders) > 0 {
		if err := d.c.Store.AddReminders(d.t, d.v, reminders); err != nil {
			return err
		}
	}
	stock, days := d.tally.all()
	if len(stock)+len(days) == 0 {
		return nil
	}
	return d.c.Store.Count(d.t, d.v, stock, days)
}

// work opens a desk, lets fn work at it, and closes it.
func (s *Service) work(t tx.Tx, v ident.VendorID, fn func(*desk) error) error {
	d, err := s.open(t, v)
	if err == nil {
		err = fn(d)
	}
	if err == nil {
		err = d.close()
	}
	return err
}

// code gives a license code by its id.
func (d *desk) code(id ident.CodeID) (Code, error) {
	if d.codes == nil {
		all, err := d.c.Store.Codes(d.t, d.v)
		if err != nil {
			return Code{}, err
		}
		d.codes = map[ident.CodeID]Code{}
		for _, c := range all {
			d.codes[c.ID] = c
		}
	}
	return d.codes[id], nil
}

// line gives a customer and all above it; none for the vendor's stock.
func (d *desk) line(id ident.CustomerID) ([]Customer, error) {
	if known, ok := d.lines[id]; ok || id == 0 {
		return known, nil
	}
	line, err := d.c.Store.Line(d.t, d.v, id)
	d.lines[id] = line
	return line, err
}

// kin tells how an owner stands to who asks, and whether it lets its superior act for it.
func (d *desk) kin(by By, owner ident.CustomerID) (kin Kin, allows bool, err error) {
	if by.IsStaff() {
		return Own, false, nil
	}
	line, err := d.line(owner)
	if err != nil || len(line) == 0 {
		return Stranger, false, err
	}
	for depth, c := range line {
		if c.ID == by.Customer {
			return [...]Kin{Own, Direct, Below}[min(depth, 2)], line[0].AllowSuperior, nil
		}
	}
	return Stranger, false, nil
}

// may decides whether somebody may do something with a thing of an owner.
func (d *desk) may(by By, act Act, owner ident.CustomerID, what string) error {
	kin, allows, err := d.kin(by, owner)
	if err != nil {
		return err
	}
	return may(by, act, kin, allows, what)
}

// readCards reads card numbers as somebody sent them; each may stand there once.
func readCards(field string, texts []string) ([]string, error) {
	var wrong fault.Fields
	wrong.Check(len(texts) > 0, field, "must name a card")
	wrong.Check(len(texts) <= MaxAtOnce, field, "must name 2,000 cards at most; sell more of them by their number")
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	numbers := make([]string, len(texts))
	seen := map[string]bool{}
	for i, text := range texts {
		number, ok := ParseNumber(text)
		wrong.Check(ok, field, quoted(text)+" is not a card number: check it for typing errors")
		if ok && seen[number] {
			return nil, refuseAt(cardTwice, field, number)
		}
		numbers[i], seen[number] = number, true
	}
	return numbers, wrong.Err()
}

// MaxAtOnce is how many cards or devices one transaction moves.
const MaxAtOnce = 2000

const shownOfText = 40

// quoted is what somebody sent, short enough for a sentence.
func quoted(text string) string {
	if r := []rune(entry.Line(text)); len(r) > shownOfText {
		return "“" + string(r[:shownOfText]) + "…”"
	}
	return "“" + entry.Line(text) + "”"
}

// actorOf is who asks, in words, for the sales record.
func actorOf(by By) string { return by.Name }
