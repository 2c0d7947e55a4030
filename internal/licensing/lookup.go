package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Validate answers the licence that a full key leads to, without a client.
func (s *Service) Validate(ctx context.Context, v ident.VendorID, k Key) (Outcome, error) {
	l, err := s.reader.ByKey(ctx, v, ident.UUID{}, k)
	if err != nil {
		return Outcome{}, err
	}
	if l == nil {
		return refused(Refuse(InvalidKey)), nil
	}
	if err := s.readUsers(ctx, l); err != nil {
		return Outcome{}, err
	}
	return Outcome{State: StateOf(l, nil, "", s.ids.Clock.Now())}, nil
}

// ByKey gives the states of the licences that a full key leads to within a product.
func (s *Service) ByKey(ctx context.Context, v ident.VendorID, product ident.UUID, k Key) ([]State, *Refusal, error) {
	l, err := s.reader.ByKey(ctx, v, product, k)
	if err != nil {
		return nil, nil, err
	}
	if l == nil {
		return nil, Refuse(InvalidKey), nil
	}
	return s.states([]*License{l}), nil, nil
}

// ByCustomer gives the states of a customer's licences of a product.
func (s *Service) ByCustomer(ctx context.Context, v ident.VendorID, product ident.UUID, number string, activeOnly bool) ([]State, error) {
	found, err := s.reader.ByCustomer(ctx, v, product, number, activeOnly)
	return s.states(found), err
}

// ByUser gives the states of a licensee user's licences of a product.
func (s *Service) ByUser(ctx context.Context, v ident.VendorID, product ident.UUID, user string) ([]State, error) {
	found, err := s.reader.ByUser(ctx, v, product, user)
	return s.states(found), err
}

func (s *Service) states(found []*License) []State {
	now := s.ids.Clock.Now()
	states := make([]State, len(found))
	for i, l := range found {
		states[i] = StateOf(l, nil, "", now)
	}
	return states
}

// Toggle switches the licence that a full key leads to off or on.
func (s *Service) Toggle(t tx.Tx, v ident.VendorID, product ident.UUID, k Key, active bool) (*License, *Refusal, error) {
	p, err := s.store.Product(t, v, product)
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		return nil, Refuse(UnknownProduct), nil
	}
	found, ok, err := s.store.FindKey(t, v, p.ID, k)
	if err != nil {
		return nil, nil, err
	}
	if !ok || found.Product != p.ID {
		return nil, Refuse(InvalidKey), nil
	}
	l, err := s.Update(t, v, found.License, Change{IsActive: &active})
	return l, nil, err
}
