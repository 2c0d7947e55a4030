package licensing

import (
	"context"
	"iter"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Validate answers the licence that a full key leads to, without a client.
func (s *Service) Validate(ctx context.Context, v ident.VendorID, k Key) (Outcome, error) {
	l, err := s.reader.ByKey(ctx, v, ident.UUID{}, k)
	if err != nil {
		return Outcome{}, err
	}
	if l == nil {
		r, err := s.readUnknownKey(ctx, v, ident.UUID{}, k, refusal.Refuse(refusal.InvalidKey))
		return refused(r), err
	}
	if err := s.readUsers(ctx, l); err != nil {
		return Outcome{}, err
	}
	return Outcome{State: StateOf(l, nil, "", s.ids.Clock.Now())}, nil
}

// ByKey gives the states of the licences that a full key leads to within a product.
func (s *Service) ByKey(ctx context.Context, v ident.VendorID, product ident.UUID, k Key) ([]State, *refusal.Refusal, error) {
	l, err := s.reader.ByKey(ctx, v, product, k)
	if err != nil {
		return nil, nil, err
	}
	if l == nil {
		r, err := s.readUnknownKey(ctx, v, product, k, refusal.Refuse(refusal.InvalidKey))
		return nil, r, err
	}
	if err := s.readUsers(ctx, l); err != nil {
		return nil, nil, err
	}
	return []State{StateOf(l, nil, "", s.ids.Clock.Now())}, nil, nil
}

// ByCustomer gives the states of a customer's licences of a product; activeOnly
// leaves out those that are switched off or over.
func (s *Service) ByCustomer(ctx context.Context, v ident.VendorID, product ident.UUID, number string, activeOnly bool) ([]State, error) {
	return s.statesOf(ctx, activeOnly, s.reader.ByCustomer(ctx, v, product, number))
}

// ByUser gives the states of a user's licences of a product, as the licensee or
// as one of those whom the licence names; activeOnly as in ByCustomer.
func (s *Service) ByUser(ctx context.Context, v ident.VendorID, product ident.UUID, user string, activeOnly bool) ([]State, error) {
	return s.statesOf(ctx, activeOnly, s.reader.ByUser(ctx, v, product, user))
}

// maxLookUp bounds the look-ups by customer and user, which the protocol does not page.
const maxLookUp = 1000

// statesOf gives the states of licences as they are found, with the users that
// answers name.
func (s *Service) statesOf(ctx context.Context, activeOnly bool, found iter.Seq2[*License, error]) ([]State, error) {
	now := s.ids.Clock.Now()
	states := []State{}
	for l, err := range found {
		if err != nil {
			return nil, err
		}
		state := StateOf(l, nil, "", now)
		if activeOnly && !state.isActive() {
			continue
		}
		if err := s.readUsers(ctx, l); err != nil {
			return nil, err
		}
		if states = append(states, state); len(states) == maxLookUp {
			break
		}
	}
	return states, nil
}

// Toggle switches the licence that a full key leads to off or on.
func (s *Service) Toggle(t tx.Tx, v ident.VendorID, product ident.UUID, k Key, active bool) (*License, *refusal.Refusal, error) {
	p, err := s.store.Product(t, v, product)
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		return nil, refusal.Refuse(refusal.UnknownProduct), nil
	}
	found, ok, err := s.store.FindKey(t, v, p.ID, k)
	if err != nil {
		return nil, nil, err
	}
	if !ok || found.Product != p.ID {
		r, err := s.unknownKey(t, v, p.ID, k, refusal.Refuse(refusal.InvalidKey))
		return nil, r, err
	}
	l, err := s.Update(t, v, found.License, Change{IsActive: &active})
	return l, nil, err
}
