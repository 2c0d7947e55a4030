package licensing

import (
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
	l.Measured = all
	return s.store.SaveMeasured(t, l)
}

func (l *License) contractOf(limitation ident.UUID) *int64 {
	for _, k := range l.Terms().Grants.Limitations {
		if k.ID == limitation {
			return k.Contract()
		}
	}
	return nil
}
