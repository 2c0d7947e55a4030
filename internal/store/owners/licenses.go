package owners

import (
	"context"
	"maps"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
)

// List lists the licences in reach.
func (s Store) List(ctx context.Context, r owners.Reach, f licensing.Filter, list listing.Request) (listing.Page[*licensing.License], error) {
	if r.User == 0 || r.Email == "" {
		return listing.Page[*licensing.License]{}, nil
	}
	return s.Licenses.OfOwner(ctx, r.Vendor, r.User, r.Email, f, list)
}

// ByUUID reads a licence in reach. Missing is license_not_found, and so is one that is
// out of reach.
func (s Store) ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error) {
	l, err := s.Licenses.ByUUID(ctx, r.Vendor, id)
	if err == nil && !r.May(owners.See, Of(l)) {
		return nil, fault.Missing("license")
	}
	return l, err
}

// ByIDs reads licences in reach; those that are missing or out of reach are left out.
func (s Store) ByIDs(ctx context.Context, r owners.Reach, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error) {
	all, err := s.Licenses.ByIDs(ctx, r.Vendor, ids...)
	maps.DeleteFunc(all, func(_ ident.LicenseID, l *licensing.License) bool { return !r.May(owners.See, Of(l)) })
	return all, err
}

// Activations lists the activations of a licence in reach, past ones too if asked.
func (s Store) Activations(
	ctx context.Context, r owners.Reach, license ident.UUID, past bool, list listing.Request,
) (listing.Page[*licensing.Activation], error) {
	l, err := s.ByUUID(ctx, r, license)
	if err != nil {
		return listing.Page[*licensing.Activation]{}, err
	}
	return s.Licenses.Activations(ctx, r.Vendor, l.ID, past, list)
}

// Activation reads an activation, present or past, with its licence. Missing is
// activation_not_found, and so is one that is out of reach.
func (s Store) Activation(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.Activation, *licensing.License, error) {
	a, err := s.Licenses.ActivationByUUID(ctx, r.Vendor, id)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Licenses.ByIDs(ctx, r.Vendor, a.License)
	if err != nil {
		return nil, nil, err
	}
	l := all[a.License]
	if l == nil || !r.May(owners.See, Of(l)) {
		return nil, nil, fault.Missing("activation")
	}
	return a, l, nil
}

// Of returns what decides of a licence.
func Of(l *licensing.License) owners.License {
	return owners.License{ID: l.ID, UUID: l.UUID, Licensee: l.LicenseeEmail, Customer: l.Customer.ID}
}
