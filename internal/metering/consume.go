package metering

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// ConsumeCommand is a client's call: one or more entries.
type ConsumeCommand struct {
	Vendor   ident.VendorID
	ClientID string
	TokenKey ident.UUID // zero when none was sent
	Prove    Prove
	Entries  []Asked
}

// Asked is one entry as it is asked for.
type Asked struct {
	Limitation ident.UUID
	Value      int64 // millionths, above zero
	UserID     string
	ExternalID string    // repeats of an entry with one count once
	SaidAt     time.Time // without an external id, entries equal in this count once; zero: not sent
}

// Consume counts the entries in order and answers each. An entry that is refused
// has no transaction and is not remembered, others of the call are counted all
// the same. Who is not the client, or names a limitation that nothing can be
// consumed of, gets a refusal, and nothing is counted.
func (s *Service) Consume(t tx.Tx, c ConsumeCommand) ([]Consumption, *refusal.Refusal, error) {
	client, refused, err := s.c.Licenses.Client(t, c.Vendor, c.ClientID, c.TokenKey, c.Prove)
	if err != nil || refused != nil {
		return nil, refused, err
	}
	run := consuming{s: s, t: t, v: c.Vendor, device: client.Device, meters: map[meterKey]*held{}}
	for _, e := range c.Entries {
		if !run.find(client.Licenses, e.Limitation) {
			return nil, refusal.Refuse(refusal.UnknownLimitation), nil
		}
	}
	if err := run.use(); err != nil {
		return nil, nil, err
	}
	if err := run.lock(); err != nil {
		return nil, nil, err
	}
	if refused, err := run.unplaced(c.Entries); err != nil || refused != nil {
		return nil, refused, err
	}
	answers := make([]Consumption, len(c.Entries))
	for i, e := range c.Entries {
		if answers[i], err = run.entry(e); err != nil {
			return nil, nil, err
		}
	}
	return answers, nil, run.save()
}

type meterKey struct {
	license    ident.LicenseID
	limitation ident.UUID
}

// held is a locked meter with what it goes by.
type held struct {
	meterKey

	license    License
	limitation terms.Limitation
	meter      Meter
	zone       *time.Location // the vendor's
	changed    bool
	full       *refusal.Refusal // of the licence's month, which has no place for the client
}

// consuming is one call under way.
type consuming struct {
	s      *Service
	t      tx.Tx
	v      ident.VendorID
	device ident.DeviceID
	meters map[meterKey]*held
	byID   map[ident.UUID]*held // the meter that entries of a limitation go to
}

// find chooses the licence whose meter a limitation is: the first that grants it.
func (c *consuming) find(licenses []License, limitation ident.UUID) bool {
	if c.byID == nil {
		c.byID = map[ident.UUID]*held{}
	}
	if c.byID[limitation] != nil {
		return true
	}
	for _, l := range licenses {
		if k, ok := l.limitation(limitation); ok {
			h := &held{meterKey: meterKey{l.ID, limitation}, license: l, limitation: k}
			c.byID[limitation], c.meters[h.meterKey] = h, h
			return true
		}
	}
	return false
}

// use counts the client among the devices of the month of each licence that counts so:
// consuming is use, whether a heartbeat came before or not.
func (c *consuming) use() error {
	for _, h := range c.ordered() {
		if h.license.Unplaced.IsZero() {
			continue
		}
		full, err := c.s.c.Licenses.Use(c.t, c.v, h.license.Unplaced)
		if err != nil {
			return err
		}
		h.full = full
	}
	return nil
}

// unplaced refuses a call of a client without a place, unless nothing in it is both new
// and limited.
func (c *consuming) unplaced(entries []Asked) (*refusal.Refusal, error) {
	for _, a := range entries {
		h := c.byID[a.Limitation]
		if h.full == nil || h.limitation.MeasuredOnly {
			continue
		}
		if first, err := c.first(h, c.asked(a)); err != nil || first == nil {
			return h.full, err
		}
	}
	return nil, nil
}

// asked is an entry as it goes into the ledger.
func (c *consuming) asked(a Asked) Entry {
	return Entry{Kind: Consumed, Amount: a.Value, Device: c.device, UserID: a.UserID, ExternalID: a.ExternalID, SaidAt: a.SaidAt}
}

// lock locks the meters of the call in the one order that all calls keep to.
func (c *consuming) lock() error {
	for _, h := range c.ordered() {
		if err := c.s.lockLicense(c.t, c.v, h); err != nil {
			return err
		}
	}
	for _, h := range c.ordered() {
		var err error
		if h.meter, h.zone, err = c.s.lock(c.t, c.v, h.license.ID, h.limitation); err != nil {
			return err
		}
	}
	return nil
}

func (c *consuming) ordered() []*held {
	all := make([]*held, 0, len(c.meters))
	for _, h := range c.meters {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *held) int {
		return cmp.Or(cmp.Compare(a.meterKey.license, b.meterKey.license), bytes.Compare(a.meterKey.limitation[:], b.meterKey.limitation[:]))
	})
	return all
}

func (c *consuming) entry(a Asked) (Consumption, error) {
	h := c.byID[a.Limitation]
	e := c.asked(a)
	first, err := c.first(h, e)
	if err != nil {
		return Consumption{}, err
	}
	if first != nil {
		if !sameContent(*first, e) {
			return Consumption{}, errReused()
		}
		return first.answer(), nil
	}
	d := decide(h.meter, h.limitation, h.license.Standing, a.Value)
	if d.refused != "" {
		answer := answerOf(h.meter, h.limitation, ident.UUID{})
		answer.Refused = d.refused
		return answer, c.s.tell(c.t, c.v, h, d)
	}
	if err := c.s.write(c.t, c.v, h, &e); err != nil {
		return Consumption{}, err
	}
	return e.answer(), c.s.tell(c.t, c.v, h, d)
}

// first finds the entry that e repeats. The meter is locked: nobody adds one meanwhile.
func (c *consuming) first(h *held, e Entry) (*Entry, error) {
	switch {
	case e.ExternalID != "":
		return c.s.c.Store.ByExternalID(c.t, c.v, h.meter.ID, e.ExternalID)
	case !e.SaidAt.IsZero():
		return c.s.c.Store.ByContent(c.t, c.v, h.meter.ID, e.Device, e.Amount, e.SaidAt)
	}
	return nil, nil
}

func (c *consuming) save() error {
	for _, h := range c.ordered() {
		if h.changed {
			if err := c.s.save(c.t, c.v, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// write counts e on the meter, in its period (e's own, if it has one), and puts
// it into the ledger.
func (s *Service) write(t tx.Tx, v ident.VendorID, h *held, e *Entry) error {
	m := &h.meter
	if e.Period.StartedAt.IsZero() {
		e.Period = m.Period
	}
	m.Gross += e.Amount
	if e.Period.StartedAt.Equal(m.StartedAt) {
		m.Consumed += e.Amount
	}
	h.changed = true
	e.UUID, e.Meter, e.License, e.Limitation, e.At = s.c.IDs.V7(), m.ID, m.License, m.Limitation, t.Now()
	e.Hour = hourOf(e.At, h.zone)
	e.Limit, e.Consumed, e.GoodwillPercent = h.limitation.Limit, m.Consumed, h.limitation.GoodwillPercent
	return s.c.Store.InsertEntry(t, v, e)
}
