package metering

import (
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// AdjustCommand corrects a meter by hand.
type AdjustCommand struct {
	Vendor     ident.VendorID
	License    ident.LicenseID
	Limitation ident.UUID
	Value      int64 // millionths, not zero; below zero takes off
	Reason     string
}

// Adjust counts what staff say was consumed, or takes off what was counted too much
// in this period. The limit does not stop it.
func (s *Service) Adjust(t tx.Tx, c AdjustCommand) (Consumption, error) {
	var wrong fault.Fields
	const most = terms.MaxQuantity * terms.Unit
	wrong.Check(c.Value != 0 && c.Value >= -most && c.Value <= most, "value", "must be at most 1000000000000, or be taken off with a minus, and not be 0")
	c.Reason = entry.Text(&wrong, "reason", c.Reason, 1, maxNote)
	if err := wrong.Err(); err != nil {
		return Consumption{}, err
	}
	h, err := s.held(t, c.Vendor, c.License, c.Limitation)
	if err != nil {
		return Consumption{}, err
	}
	var d decision
	if c.Value < 0 {
		wrong.Check(-c.Value <= h.meter.Consumed, "value", "takes off more than the "+amount(h.meter.Consumed)+
			" that are consumed in this period; take entries of earlier periods back one by one")
	} else {
		measured := h.limitation
		measured.MeasuredOnly = true
		d = decide(h.meter, measured, "", c.Value)
		wrong.Check(d.refused == "", "value", "is more than this meter can count")
	}
	if err := wrong.Err(); err != nil {
		return Consumption{}, err
	}
	e := Entry{Kind: Adjusted, Amount: c.Value, Note: c.Reason}
	if err := s.write(t, c.Vendor, h, &e); err != nil {
		return Consumption{}, err
	}
	if err := s.tell(t, c.Vendor, h, d); err != nil {
		return Consumption{}, err
	}
	s.journal(t, c.Vendor, "meter.adjusted", h.license, e, c.Reason)
	return e.answer(), s.save(t, c.Vendor, h)
}

// Reset begins the count of the present period anew, for staff: nothing is consumed
// in it any more, and its alerts may come again. The period ends when it would have.
// What was consumed in the whole life stays, and with it what that has ended.
func (s *Service) Reset(t tx.Tx, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, reason string) (Consumption, error) {
	var wrong fault.Fields
	reason = entry.Text(&wrong, "reason", reason, 1, maxNote)
	if err := wrong.Err(); err != nil {
		return Consumption{}, err
	}
	h, err := s.held(t, v, license, limitation)
	if err != nil {
		return Consumption{}, err
	}
	before := h.meter.Consumed
	restarted, ok := h.meter.restarted(t.Now())
	if !ok {
		return Consumption{}, fault.Refused("period_just_begun", "This period ends in this moment.", "Nothing is left to reset: the next one begins at 0.")
	}
	h.meter = restarted
	e := Entry{Kind: Restarted, Note: reason}
	if err := s.write(t, v, h, &e); err != nil {
		return Consumption{}, err
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "meter.reset", Subject: "license", ID: h.license.UUID, License: h.license.ID,
		Before: map[string]any{"consumed": decimal(before)},
		After: map[string]any{
			"limitation_id": limitation, "transaction_id": e.UUID, "consumed": decimal(0), "gross": decimal(h.meter.Gross), "reason": reason, "at": t.Now(),
		},
	})
	return e.answer(), s.save(t, v, h)
}

// held locks a licence and its meter, for staff.
func (s *Service) held(t tx.Tx, v ident.VendorID, license ident.LicenseID, limitation ident.UUID) (*held, error) {
	l, err := s.c.Licenses.License(t, v, license)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, fault.Missing("license")
	}
	k, ok := l.limitation(limitation)
	if !ok {
		return nil, fault.Wrong(fault.Field{Name: "limitation_id", Message: "names no limitation of this licence that is consumed"})
	}
	m, zone, err := s.lock(t, v, l.ID, k)
	return &held{license: *l, limitation: k, meter: m, zone: zone}, err
}

// amount writes a quantity in sentences.
func amount(millionths int64) string { return string(terms.AppendQuantity(nil, millionths)) }

// Undo takes back a consumption or an adjustment, once, for staff.
func (s *Service) Undo(t tx.Tx, v ident.VendorID, transaction ident.UUID, reason string) (Consumption, error) {
	var wrong fault.Fields
	reason = entry.Text(&wrong, "reason", reason, 1, maxNote)
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
	switch e.Kind {
	case RolledBack:
		return Consumption{}, fault.Refused("rollback_final", "A rollback can't be rolled back.", "Add what was consumed as an adjustment instead.")
	case Restarted:
		return Consumption{}, fault.Refused("reset_final", "A reset can't be rolled back.", "Add what was consumed as an adjustment instead.")
	case Consumed, Adjusted:
	}
	l, err := s.c.Licenses.License(t, v, e.License)
	if err != nil {
		return Consumption{}, err
	}
	if l == nil {
		return Consumption{}, fault.Missing("license")
	}
	fresh := false
	answer, refused, err := s.rollback(t, v, *l, *e, func() (bool, error) { fresh = true; return true, nil }, reason)
	if err == nil && refused != nil {
		return Consumption{}, fault.Refused("below_zero", "Less is left of the count than this entry added: staff have taken it off since.",
			"Take back the adjustment that took it off first.")
	}
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
