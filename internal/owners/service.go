package owners

import (
	"context"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store keeps who has which role at which customer, and finds what decides.
type Store interface {
	PeopleStore

	// Reach reads a user's reach as it is now; found is false for a user who is gone or
	// disabled.
	Reach(t tx.Tx, vendor ident.VendorID, user ident.UserID) (r Reach, found bool, err error)

	// License and LicenseOf read of a licence what decides, the latter by an activation
	// of it, present or past.
	License(t tx.Tx, vendor ident.VendorID, license ident.UUID) (l License, found bool, err error)
	LicenseOf(t tx.Tx, vendor ident.VendorID, activation ident.UUID) (l License, found bool, err error)
}

// Reader reads outside of transactions.
type Reader interface {
	// ReachOf reads what is in the reach of a user with an address.
	ReachOf(ctx context.Context, vendor ident.VendorID, user ident.UserID, email string) (Reach, error)
}

// Service says who may do what. It is safe for concurrent use.
type Service struct{ store Store }

// New makes the service.
func New(s Store) (*Service, error) {
	if s == nil {
		return nil, errors.New("owners: the service needs a store")
	}
	return &Service{s}, nil
}

// License returns a licence for an act that the user may do at this moment, whatever was
// in reach when the request began. One out of reach is like one that does not exist:
// license_not_found. One that the user sees without being allowed the act is
// permission_missing.
func (s *Service) License(t tx.Tx, r Reach, id ident.UUID, act Act) (License, error) {
	return s.granted(t, r, id, act, "license", s.store.License)
}

// Activation returns the licence of an activation, as License does: activation_not_found.
func (s *Service) Activation(t tx.Tx, r Reach, id ident.UUID, act Act) (License, error) {
	return s.granted(t, r, id, act, "activation", s.store.LicenseOf)
}

// Now gives what is in a user's reach at this moment; nothing of a user who is gone or
// disabled.
func (s *Service) Now(t tx.Tx, vendor ident.VendorID, user ident.UserID) (Reach, error) {
	r, _, err := s.store.Reach(t, vendor, user)
	return r, err
}

func (s *Service) granted(
	t tx.Tx, r Reach, id ident.UUID, act Act, what string,
	read func(t tx.Tx, vendor ident.VendorID, id ident.UUID) (License, bool, error),
) (License, error) {
	now, found, err := s.store.Reach(t, r.Vendor, r.User)
	if err != nil {
		return License{}, err
	}
	if !found {
		return License{}, fault.Missing(what)
	}
	l, found, err := read(t, r.Vendor, id)
	if err != nil {
		return License{}, err
	}
	switch {
	case !found || !now.May(See, l):
		return License{}, fault.Missing(what)
	case !now.May(act, l):
		return License{}, RoleMissing()
	}
	return l, nil
}

// HandOverOff is that the vendor lets no owners hand licences over.
func HandOverOff() *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "hand_over_off", Message: "Here only the vendor hands licences over.", Help: "Ask the vendor.",
	}
}

// RoleMissing is that somebody sees a licence, and may not do with it what they want to.
func RoleMissing() *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "role_missing", Message: "Your role at this customer does not allow this.",
		Help: "Ask the licensee, or an administrator of the customer.",
	}
}
