package licensing

import (
	"time"

	"chancery/internal/tx"
)

// newTokens makes count tokens of a licence, after its last slot.
func (s *Service) newTokens(l *License, role Role, count int64) []Token {
	tokens := make([]Token, count)
	for i := range tokens {
		l.LastSlot++
		tokens[i] = Token{License: l.ID, Slot: l.LastSlot, Role: role, Key: s.ids.V4()}
	}
	return tokens
}

// fitTokens brings the contract's tokens to the token limit that holds now, as far
// as m reaches: an edition's limit reaches its licences when they are next touched.
// In-use tokens change their role, never their key; free ones above the limit go.
func (s *Service) fitTokens(t tx.Tx, l *License, m *moves) error {
	missing := l.missingTokens()
	if missing == 0 {
		return nil
	}
	for first := true; missing != 0; first = false {
		n := m.take(t, max(missing, -missing), first)
		if n == 0 {
			break
		}
		if missing < 0 {
			n = -n
		}
		if err := s.moveTokens(t, l, n); err != nil {
			return err
		}
		missing -= n
	}
	if err := s.store.SaveCounters(t, l); err != nil {
		return err
	}
	return s.noteFitting(t, l)
}

// moveTokens makes n contract tokens, or takes as many away where n is negative.
func (s *Service) moveTokens(t tx.Tx, l *License, n int64) error {
	l.ContractTokens += n
	if n < 0 {
		return s.removeTokens(t, l, -n)
	}
	return s.addTokens(t, l, n)
}

// addTokens makes count more contract tokens: buffer tokens in use come first.
func (s *Service) addTokens(t tx.Tx, l *License, count int64) error {
	buffer, err := s.store.TokensInRole(t, l.Vendor, l.ID, RoleBuffer, true, count)
	if err != nil {
		return err
	}
	for _, token := range buffer {
		if err := s.store.SetRole(t, l.Vendor, token.ID, RoleContract); err != nil {
			return err
		}
	}
	return s.store.InsertTokens(t, l.Vendor, s.newTokens(l, RoleContract, count-int64(len(buffer))))
}

// removeTokens takes count tokens out of the contract: free ones are deleted,
// the rest go on in the buffer.
func (s *Service) removeTokens(t tx.Tx, l *License, count int64) error {
	gone, err := s.store.DeleteFree(t, l.Vendor, l.ID, count)
	if err != nil || gone == count {
		return err
	}
	used, err := s.store.TokensInRole(t, l.Vendor, l.ID, RoleContract, true, count-gone)
	if err != nil {
		return err
	}
	for _, token := range used {
		if err := s.store.SetRole(t, l.Vendor, token.ID, RoleBuffer); err != nil {
			return err
		}
	}
	return nil
}

// promote turns goodwill activations into regular ones, oldest first, while the
// contract and buffer have room and m reaches: two tokens swap roles, no key changes.
func (s *Service) promote(t tx.Tx, l *License, m *moves) error {
	if l.promotable() <= 0 {
		return nil
	}
	for first := true; ; first = false {
		n := m.take(t, l.promotable(), first)
		if n == 0 {
			break
		}
		waiting, err := s.store.OldestGoodwill(t, l.Vendor, l.ID, n)
		if err != nil {
			return err
		}
		if err := s.promoteAll(t, l, waiting); err != nil {
			return err
		}
		if int64(len(waiting)) < n {
			break
		}
	}
	return s.noteFitting(t, l)
}

func (s *Service) promoteAll(t tx.Tx, l *License, waiting []*Activation) error {
	for _, a := range waiting {
		role := RoleBuffer
		free, err := s.store.FreeToken(t, l.Vendor, l.ID, RoleContract)
		if err != nil {
			return err
		}
		if free != nil {
			role = RoleContract
			if err := s.store.SetRole(t, l.Vendor, free.ID, RoleGoodwill); err != nil {
				return err
			}
		}
		if err := s.store.SetRole(t, l.Vendor, a.Token, role); err != nil {
			return err
		}
		a.GoodwillSince, a.GoodwillUntil = time.Time{}, time.Time{}
		if err := s.store.SetGoodwill(t, l.Vendor, a); err != nil {
			return err
		}
		l.GoodwillUsed--
		l.RegularUsed++
		t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventRegular, Stream: l.UUID, Payload: eventOf(l, a, a.Device.Number, t.Now())})
	}
	return nil
}
