package metering

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// RollbackCommand takes back a client's entry.
type RollbackCommand struct {
	Vendor      ident.VendorID
	Limitation  ident.UUID // zero when none was sent
	Transaction ident.UUID
	Prove       Prove
}

// Rollback takes back an entry for the client that made it: only its newest one
// of the meter, within 24 hours. Repeating it gives the first answer again.
func (s *Service) Rollback(t tx.Tx, c RollbackCommand) (Consumption, *refusal.Refusal, error) {
	e, err := s.c.Store.Entry(t, c.Vendor, c.Transaction)
	if err != nil {
		return Consumption{}, nil, err
	}
	switch {
	case e == nil || e.Kind != Consumed || e.ClientID == "":
		return Consumption{}, refusal.Refuse(refusal.NoRollback), nil
	case !c.Limitation.IsZero() && c.Limitation != e.Limitation:
		return Consumption{}, refusal.Refuse(refusal.UnknownLimitation), nil
	}
	client, refused, err := s.c.Licenses.Client(t, c.Vendor, e.ClientID, ident.UUID{}, c.Prove)
	if err != nil || refused != nil {
		return Consumption{}, refused, err
	}
	for _, l := range client.Licenses {
		if l.ID == e.License {
			return s.rollback(t, c.Vendor, l, *e, func() (bool, error) {
				newer, err := s.c.Store.Newer(t, c.Vendor, *e)
				return !newer && t.Now().Sub(e.At) <= rollbackWindow, err
			}, "")
		}
	}
	return Consumption{}, refusal.Refuse(refusal.NoRollback), nil
}

// rollback takes back an entry of a licence, once, if may allows it. The row that
// does so counts in the entry's period: what was consumed before the last reset
// comes off gross only.
func (s *Service) rollback(
	t tx.Tx, v ident.VendorID, l License, e Entry, may func() (bool, error), note string,
) (Consumption, *refusal.Refusal, error) {
	h := &held{license: l, limitation: limitationOf(l, e)}
	if err := s.lockLicense(t, v, h); err != nil {
		return Consumption{}, nil, err
	}
	m, zone, err := s.lock(t, v, l.ID, h.limitation)
	if err != nil {
		return Consumption{}, nil, err
	}
	done, err := s.c.Store.RollbackOf(t, v, e.ID)
	if err != nil {
		return Consumption{}, nil, err
	}
	if done != nil {
		return done.answer(), nil, nil
	}
	if ok, err := may(); err != nil || !ok {
		return Consumption{}, refusal.Refuse(refusal.NoRollback), err
	}
	if h.meter, h.zone = m, zone; belowZero(m, e) {
		return Consumption{}, refusal.Refuse(refusal.NoRollback), nil
	}
	back := Entry{Kind: RolledBack, Amount: -e.Amount, Device: e.Device, Note: note, Undoes: e.ID, Period: e.Period}
	var d decision
	if e.Amount < 0 && e.Period.StartedAt.Equal(m.StartedAt) { // what was taken off comes back
		d = announce(m, h.limitation, back.Amount)
	}
	if err := s.write(t, v, h, &back); err != nil {
		return Consumption{}, nil, err
	}
	if err := s.tell(t, v, h, d); err != nil {
		return Consumption{}, nil, err
	}
	return back.answer(), nil, s.save(t, v, h)
}

// belowZero reports whether taking an entry back would leave less than nothing of its
// period, or of all the earlier ones: staff have taken off what it added.
func belowZero(m Meter, e Entry) bool {
	if e.Period.StartedAt.Equal(m.StartedAt) {
		return m.Consumed < e.Amount
	}
	return m.Gross-m.Consumed < e.Amount
}

// limitationOf gives the entry's limitation; one that the licence has lost since
// goes on as it was when the entry was made.
func limitationOf(l License, e Entry) terms.Limitation {
	if k, ok := l.limitation(e.Limitation); ok {
		return k
	}
	return terms.Limitation{ID: e.Limitation, Limit: e.Limit, GoodwillPercent: e.GoodwillPercent, Reset: terms.ResetNone}
}

// maxNote bounds staff's reason, in characters.
const maxNote = 1000

type noteView struct {
	LimitationID  ident.UUID `json:"limitation_id"`
	TransactionID ident.UUID `json:"transaction_id"`
	Amount        decimal    `json:"amount"`
	Reason        string     `json:"reason"`
	At            time.Time  `json:"at"`
}
