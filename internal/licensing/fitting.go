package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// A new limit holds at once: how many clients a licence may have is judged by its
// counters. Its tokens follow, and goodwill activations turn regular, in portions,
// so that nobody else waits for more than one of them. What is left to do is noted
// in the transaction that leaves it.
const (
	portion = 500 // rows that one transaction of staff's or of the periodic work moves at most
	touch   = 25  // rows that a client's call moves, or one change of many in a transaction
	step    = 50  // rows between two looks at the time that a portion may take

	fittingsAtOnce = 100 // licences that are looked up at once
	editionAtOnce  = 50  // licences of an edition that one transaction looks at
)

// moves is how many rows a transaction may still move.
type moves int64

// take gives as many of n as there are left, and no more than one step. The first
// step is always there, the next ones only while the transaction has time.
func (m *moves) take(t tx.Tx, n int64, first bool) int64 {
	if !first && t.Spent() {
		return 0
	}
	n = max(0, min(n, int64(*m), step))
	*m -= moves(n)
	return n
}

// missingTokens is how many tokens the contract lacks; negative where it has too many.
func (l *License) missingTokens() int64 {
	if !l.limitsHeld() {
		return 0
	}
	return l.Terms().Policy.TokenLimit - l.ContractTokens
}

// promotable is how many goodwill activations may turn regular. Where months are counted
// there are none: which devices are above the contract is reckoned from the limits.
func (l *License) promotable() int64 {
	if l.CountsMonths() {
		return 0
	}
	p := l.Terms().Policy
	return min(p.TokenLimit+p.ActivationBuffer-l.RegularUsed, l.GoodwillUsed)
}

// noteFitting remembers a licence that was not brought to its limits in one go.
func (s *Service) noteFitting(t tx.Tx, l *License) error {
	if l.missingTokens() == 0 && l.promotable() <= 0 {
		return nil
	}
	return s.store.NoteFitting(t, l.Vendor, l.ID)
}

// fit brings a locked licence to its limits, as far as m reaches.
func (s *Service) fit(t tx.Tx, l *License, m *moves) error {
	if err := s.fitTokens(t, l, m); err != nil {
		return err
	}
	if err := s.promote(t, l, m); err != nil {
		return err
	}
	if l.RenewedSlot < l.RenewedUntil {
		if err := s.renewTokens(t, l, m); err != nil {
			return err
		}
	}
	p := l.Terms().Policy
	if l.CountsMonths() {
		l.GoodwillUsed = aboveContract(p, l.Month.Used)
	}
	if _, room := roomFor(l, p); room {
		l.UsedUpAt = time.Time{}
	}
	return nil
}

// Fit goes on with what changes of limits have left to do, a portion at a time,
// and tells how many portions that were.
func (s *Service) Fit(ctx context.Context) (int, error) {
	done, err := s.fitEditions(ctx)
	if err != nil {
		return done, err
	}
	for ctx.Err() == nil {
		found, err := s.reader.Fittings(ctx, fittingsAtOnce)
		if err != nil || len(found) == 0 {
			return done, err
		}
		for _, f := range found {
			n, err := tx.Portions(ctx, s.runner, func(t tx.Tx) (bool, error) { return s.fitOne(t, f) })
			if done += n; err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

// fitOne does one portion of one licence, and crosses it off when it is done.
func (s *Service) fitOne(t tx.Tx, f Fitting) (more bool, err error) {
	locked, err := s.store.LockLicenses(t, f.Vendor, f.License)
	if err != nil {
		return false, err
	}
	l := locked[f.License]
	if l == nil {
		return false, s.store.EndFitting(t, f.Vendor, f.License)
	}
	m, tokens, waiting, renewed := moves(portion), l.ContractTokens, l.GoodwillUsed, l.RenewedSlot
	if err := s.fit(t, l, &m); err != nil {
		return false, err
	}
	moved := l.ContractTokens != tokens || l.GoodwillUsed != waiting || l.RenewedSlot != renewed
	left := l.missingTokens() != 0 || l.promotable() > 0 || l.RenewedSlot < l.RenewedUntil
	if err := s.store.SaveCounters(t, l); err != nil || moved && left {
		return true, err
	}
	return false, s.store.EndFitting(t, f.Vendor, f.License)
}

func (s *Service) fitEditions(ctx context.Context) (done int, err error) {
	found, err := s.reader.EditionFittings(ctx)
	if err != nil {
		return 0, err
	}
	for _, f := range found {
		n, err := tx.Portions(ctx, s.runner, func(t tx.Tx) (bool, error) {
			after, noted, err := s.store.LockEditionFitting(t, f.Vendor, f.Edition)
			if err != nil || !noted {
				return false, err
			}
			more, err := s.fitPressed(t, f.Vendor, f.Edition, after)
			if err != nil || more {
				return more, err
			}
			return false, s.store.EndEditionFitting(t, f.Vendor, f.Edition)
		})
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
}

// fitPressed brings licences of an edition that are on goodwill, used up or measured by a
// contract to their limits, from the one behind after on, as far as one portion reaches. It reports
// whether there are more, and notes where to go on.
func (s *Service) fitPressed(t tx.Tx, v ident.VendorID, edition ident.EditionID, after ident.LicenseID) (more bool, err error) {
	ids, err := s.store.Pressed(t, v, edition, after, editionAtOnce)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	locked, err := s.store.LockLicenses(t, v, ids...)
	if err != nil {
		return false, err
	}
	m := moves(portion)
	for i, id := range ids {
		l := locked[id]
		if err := s.fit(t, l, &m); err != nil {
			return false, err
		}
		if err := s.store.SaveCounters(t, l); err != nil {
			return false, err
		}
		if err := s.followContract(t, l); err != nil {
			return false, err
		}
		if m == 0 || t.Spent() || i+1 == editionAtOnce {
			return true, s.store.NoteEditionFitting(t, v, edition, id)
		}
	}
	return false, nil
}
