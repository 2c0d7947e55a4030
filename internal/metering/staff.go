package metering

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// AdjustCommand adds to a meter by hand.
type AdjustCommand struct {
	Vendor     ident.VendorID
	License    ident.LicenseID
	Limitation ident.UUID
	Value      int64 // millionths, above zero
	Reason     string
}

// Adjust counts what staff say was consumed. The limit does not stop it.
func (s *Service) Adjust(t tx.Tx, c AdjustCommand) (Consumption, error) {
	var wrong fault.Fields
	wrong.Check(c.Value > 0 && c.Value <= terms.MaxQuantity*terms.Unit, "value", "must be above 0 and at most 1000000000000")
	wrong.Text("reason", c.Reason, 1, maxNote)
	if err := wrong.Err(); err != nil {
		return Consumption{}, err
	}
	l, err := s.c.Licenses.License(t, c.Vendor, c.License)
	if err != nil {
		return Consumption{}, err
	}
	if l == nil {
		return Consumption{}, fault.Missing("license")
	}
	limitation, ok := l.limitation(c.Limitation)
	if !ok {
		return Consumption{}, fault.Wrong(fault.Field{Name: "limitation_id", Message: "names no limitation of this licence that is consumed"})
	}
	m, err := s.lock(t, c.Vendor, l.ID, limitation)
	if err != nil {
		return Consumption{}, err
	}
	h, e := &held{license: *l, limitation: limitation, meter: m}, Entry{Kind: Adjusted, Amount: c.Value, Note: c.Reason}
	limitation.MeasuredOnly = true
	d := decide(m, limitation, "", c.Value)
	if d.refused != "" {
		return Consumption{}, fault.Wrong(fault.Field{Name: "value", Message: "is more than this meter can count"})
	}
	if err := s.write(t, c.Vendor, h, &e); err != nil {
		return Consumption{}, err
	}
	h.tell(t, c.Vendor, d)
	s.journal(t, c.Vendor, "meter.adjusted", *l, e, c.Reason)
	return e.answer(), s.save(t, c.Vendor, h)
}

// Undo takes back any entry but a rollback, once, for staff.
func (s *Service) Undo(t tx.Tx, v ident.VendorID, transaction ident.UUID, reason string) (Consumption, error) {
	var wrong fault.Fields
	wrong.Text("reason", reason, 1, maxNote)
	if err := wrong.Err(); err != nil {
		return Consumption{}, err
	}
	e, err := s.c.Store.Entry(t, v, transaction)
	if err != nil {
		return Consumption{}, err
	}
	if e == nil {
		return Consumption{}, fault.Missing("consumption")
	}
	if e.Kind == RolledBack {
		return Consumption{}, fault.Refused("rollback_final", "A rollback can't be rolled back.", "Add what was consumed as an adjustment instead.")
	}
	l, err := s.c.Licenses.License(t, v, e.License)
	if err != nil {
		return Consumption{}, err
	}
	if l == nil {
		return Consumption{}, fault.Missing("license")
	}
	fresh := false
	answer, _, err := s.rollback(t, v, *l, *e, func() (bool, error) { fresh = true; return true, nil }, reason)
	if err == nil && fresh {
		s.journal(t, v, "meter.rolled_back", *l, *e, reason)
	}
	return answer, err
}

func (s *Service) journal(t tx.Tx, v ident.VendorID, action string, l License, e Entry, reason string) {
	t.Journal(tx.Entry{
		Vendor: v, Action: action, Subject: "license", ID: l.UUID, License: l.ID,
		After: noteView{e.Limitation, e.UUID, decimal(e.Amount), reason, t.Now()},
	})
}
