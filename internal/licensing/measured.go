package licensing

import (
	"errors"
	"maps"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Measured is what a licence has consumed in its whole life of a limitation that
// ends it (terms.Limitation.Contract).
type Measured struct {
	Gross int64 `json:"gross"` // in millionths
	At    int64 `json:"at"`    // Unix ms: when it reached the contract, or while below it was last consumed
}

// Consumed is a contract over measurements that a licence has consumed.
type Consumed struct {
	Limitation terms.Limitation
	Contract   int64     // what it allows, in millionths
	Gross      int64     // what was consumed of it, in millionths
	Since      time.Time // when Gross reached Contract
}

// measuredOut finds the limitation whose contract the licence has consumed
// first, and since when; the zero time while there is none. What is compared is
// today's contract, so raising it revives the licence.
func (l *License) measuredOut() (by terms.Limitation, since time.Time) {
	if len(l.Measured) == 0 {
		return by, since // as nearly all
	}
	for _, k := range l.Terms().Grants.Limitations {
		contract, m := k.Contract(), l.Measured[k.ID]
		if contract == nil || m.At == 0 || m.Gross < *contract {
			continue
		}
		if at := time.UnixMilli(m.At).UTC(); since.IsZero() || at.Before(since) {
			by, since = k, at
		}
	}
	return by, since
}

// expired gives the refusal of a licence that has ended at now, with what ended
// it, or nil.
func (l *License) expired(p terms.Policy, now time.Time) *refusal.Refusal {
	end := l.ExpiryOf(p)
	if !expiredAt(end, now) {
		return nil
	}
	by, since := l.measuredOut()
	if since.IsZero() || !since.Equal(end) {
		return refusal.Refuse(refusal.Expired)
	}
	return refusal.Refuse(refusal.Expired).With(consumedSince(by.Name, *by.Contract(), since) + "; ask your vendor for more.")
}

// consumedSince says what of a contract is consumed.
func consumedSince(name string, contract int64, since time.Time) string {
	return "All " + string(terms.AppendQuantity(nil, contract)) + " of \"" + name + "\" in the contract are consumed since " + calendar.Minute(since)
}

// Measured notes what a locked licence has consumed of a limitation that ends it.
func (s *Service) Measured(t tx.Tx, v ident.VendorID, id ident.LicenseID, limitation ident.UUID, gross int64) error {
	l, err := s.Locked(t, v, id)
	if err != nil || l == nil {
		return err
	}
	was, now := l.Measured[limitation], Measured{Gross: gross, At: t.Now().UnixMilli()}
	if contract := l.contractOf(limitation); contract != nil && was.At != 0 && was.Gross >= *contract && gross >= *contract {
		now.At = was.At // it was reached before
	}
	if now == was {
		return nil
	}
	all := maps.Clone(l.Measured)
	if all == nil {
		all = map[ident.UUID]Measured{}
	}
	all[limitation] = now
	before := l.consumedAt()
	l.Measured = all
	if err := s.store.SaveMeasured(t, l); err != nil {
		return err
	}
	return s.noteConsumed(t, l, before)
}

// consumedAt gives the instant at which the licence ended by consuming its contract;
// zero where it has not, or ended before.
func (l *License) consumedAt() time.Time {
	_, since := l.measuredOut()
	if since.IsZero() || !since.Equal(l.ExpiryOf(l.Terms().Policy)) {
		return time.Time{}
	}
	return since
}

// noteConsumed tells that a locked licence has ended by consuming its contract, or
// that it goes on. before is what consumedAt was.
func (s *Service) noteConsumed(t tx.Tx, l *License, before time.Time) error {
	since := l.consumedAt()
	state := StateOf(l, nil, "", t.Now())
	switch {
	case before.IsZero() && !since.IsZero():
		first, err := s.store.NoteEnd(t, l.Vendor, l.ID, EventExpired, since)
		if err != nil {
			return err
		}
		return s.tellConsumed(t, l, since, first)
	case !before.IsZero() && since.IsZero():
		if _, err := s.store.ForgetEnd(t, l.Vendor, l.ID, EventExpired, before); err != nil {
			return err
		}
		t.Journal(tx.Entry{
			Vendor: l.Vendor, Action: "license.revived", Subject: licenseSubject, ID: l.UUID, License: l.ID,
			Before: map[string]string{"validity_reason": ReasonMeasured}, After: map[string]string{"validity_reason": state.Reason},
		})
		t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventChanged, Stream: l.UUID, Payload: viewOf(l, t.Now())})
	}
	return nil
}

// consumedView is a contract that has ended a licence, as the audit log shows it.
type consumedView struct {
	ValidityReason string     `json:"validity_reason"`
	LimitationID   ident.UUID `json:"limitation_id"`
	Limitation     string     `json:"limitation"`
	Gross          quantity   `json:"gross"`
	Contract       quantity   `json:"contract_allowed"`
}

// quantity is a number of millionths as the audit log shows it.
type quantity int64

// MarshalJSON implements json.Marshaler.
func (q quantity) MarshalJSON() ([]byte, error) { return terms.AppendQuantity(nil, int64(q)), nil }

func (l *License) contractOf(limitation ident.UUID) *int64 {
	for _, k := range l.Terms().Grants.Limitations {
		if k.ID == limitation {
			return k.Contract()
		}
	}
	return nil
}

// tellConsumed writes into the history that a locked licence has consumed its contract,
// and tells of it where that is news.
func (s *Service) tellConsumed(t tx.Tx, l *License, since time.Time, news bool) error {
	by, _ := l.measuredOut()
	t.Journal(tx.Entry{
		Vendor: l.Vendor, Action: EventExpired, Subject: licenseSubject, ID: l.UUID, License: l.ID,
		After: consumedView{ReasonMeasured, by.ID, by.Name, quantity(l.Measured[by.ID].Gross), quantity(*by.Contract())},
	})
	if !l.IsActive || !news {
		return nil
	}
	return s.tellEnd(t, l, window{vendor: l.Vendor, event: EventExpired}, since)
}

// followContract tells that a locked licence has ended by a lower contract of its edition,
// or goes on by a higher one. What was told before says how it stood.
func (s *Service) followContract(t tx.Tx, l *License) error {
	if since := l.consumedAt(); !since.IsZero() {
		first, err := s.store.NoteEnd(t, l.Vendor, l.ID, EventExpired, since)
		if err != nil || !first {
			return err
		}
		return s.tellConsumed(t, l, since, true)
	}
	for _, m := range l.Measured {
		if m.At == 0 {
			continue
		}
		at := time.UnixMilli(m.At).UTC()
		if told, err := s.store.ForgetEnd(t, l.Vendor, l.ID, EventExpired, at); err != nil || told {
			return errors.Join(err, s.noteConsumed(t, l, at))
		}
	}
	return nil
}
