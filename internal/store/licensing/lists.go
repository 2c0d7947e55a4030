package licensing

import (
	"context"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// Sorts are what the lists of licences, activations and tokens offer: the order
// in which they were made, newest first by default.
var Sorts = []string{"-created_at"}

// Filter narrows the list of licences. Zero fields do not.
type Filter struct {
	Product, Edition, Customer ident.UUID
	LicenseeEmail              string
	IsActive                   *bool
	UsedUp                     bool // new clients are refused
	OnGoodwill                 bool // goodwill tokens are in use
}

const selectLicense = `SELECT ` + licenseColumns + ` FROM licenses l` + licenseTables + `WHERE l.vendor_id =`

// ByUUID reads one licence. Missing is license_not_found.
func (s *Store) ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error) {
	all, err := s.licenses(s.reading(ctx), selectLicense+` $1 AND l.uuid = $2`, v, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.Missing("license")
	}
	return all[0], nil
}

// List lists licences.
func (s *Store) List(ctx context.Context, v ident.VendorID, f Filter, r listing.Request) (listing.Page[*licensing.License], error) {
	q := store.Select(selectLicense, v)
	if !f.Product.IsZero() {
		q.And("l.product_id = (SELECT id FROM products WHERE vendor_id = ? AND uuid = ?)", v, f.Product)
	}
	if !f.Edition.IsZero() {
		q.And("l.edition_id = (SELECT id FROM editions WHERE vendor_id = ? AND uuid = ?)", v, f.Edition)
	}
	if !f.Customer.IsZero() {
		q.And("l.customer_id = (SELECT id FROM customers WHERE vendor_id = ? AND uuid = ?)", v, f.Customer)
	}
	if f.LicenseeEmail != "" {
		q.And("l.licensee_email = ?", strings.ToLower(f.LicenseeEmail))
	}
	if f.IsActive != nil {
		q.And("l.is_active = ?", store.Bit(*f.IsActive))
	}
	if f.UsedUp {
		q.And("l.used_up_at IS NOT NULL")
	}
	if f.OnGoodwill {
		q.And("l.goodwill_used > 0")
	}
	sqltext, args := q.Page(r, store.Column{Name: "l.id"}, "l.id")
	items, err := s.licenses(s.reading(ctx), sqltext, args...)
	return listing.Cut(r, items, func(l *licensing.License) listing.Mark { return r.Mark(int64(l.ID)) }), err
}

// Search finds licences by a full key of any kind.
func (s *Store) Search(ctx context.Context, v ident.VendorID, k licensing.Key) (*licensing.License, error) {
	l, err := s.ByKey(ctx, v, ident.UUID{}, k)
	if err == nil && l == nil {
		err = fault.Missing("license")
	}
	return l, err
}

// Activations lists a licence's activations, past ones too if asked.
func (s *Store) Activations(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, past bool, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v).And("a.license_id = ?", license)
	if !past {
		q.And("a.released_at IS NULL")
	}
	sqltext, args := q.Page(r, store.Column{Name: "a.id"}, "a.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanActivation)
	return listing.Cut(r, items, func(a *licensing.Activation) listing.Mark { return r.Mark(int64(a.ID)) }), err
}

// ActivationByUUID reads one activation, present or past. Missing is activation_not_found.
func (s *Store) ActivationByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.Activation, error) {
	rows, err := s.db.Query(ctx, activationsFrom+`WHERE a.vendor_id = $1 AND a.uuid = $2`, v, id)
	a, err := first(rows, err, scanActivation)
	if err == nil && a == nil {
		err = fault.Missing("activation")
	}
	return a, err
}

// Tokens lists a licence's tokens by contract, the ones handed out by key.
func (s *Store) Tokens(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[*licensing.Token], error) {
	sqltext, args := store.Select(`SELECT `+tokenColumns+` FROM tokens WHERE vendor_id =`, v).
		And("license_id = ?", license).Page(r, store.Column{Name: "id"}, "id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanToken)
	return listing.Cut(r, items, func(k *licensing.Token) listing.Mark { return r.Mark(int64(k.ID)) }), err
}
