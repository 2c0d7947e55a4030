package owners

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/owners"
	"chancery/internal/store"
	licensestore "chancery/internal/store/licensing"
	meterstore "chancery/internal/store/metering"
	"chancery/internal/tx"
)

// Store implements owners.Store and owners.Reader, and reads licences for their owners.
type Store struct {
	DB       *store.DB
	Licenses *licensestore.Store
	Meters   meterstore.Store // their ledger
}

var (
	_ owners.Store  = Store{}
	_ owners.Reader = Store{}
)

const selectMemberships = `SELECT m.customer_id, c.uuid, c.company_name, m.role
	FROM customer_users m JOIN customers c ON c.vendor_id = m.vendor_id AND c.id = m.customer_id
	WHERE m.vendor_id = $1 AND m.user_id = $2 ORDER BY c.company_name, m.customer_id`

func scanMembership(scan store.Scan) (m owners.Membership, err error) {
	return m, scan(&m.Customer, &m.UUID, &m.Name, &m.Role)
}

// Reach implements owners.Store.
func (Store) Reach(t tx.Tx, vendor ident.VendorID, user ident.UserID) (r owners.Reach, found bool, err error) {
	s := store.On(t)
	r = owners.Reach{Vendor: vendor, User: user}
	found, err = s.QueryRow(`SELECT email FROM users WHERE vendor_id = $1 AND id = $2 AND disabled_at IS NULL`, []any{vendor, user}, &r.Email)
	if err != nil || !found {
		return owners.Reach{}, false, err
	}
	r.Customers, err = store.All[owners.Membership](s.Query(selectMemberships, vendor, user))(scanMembership)
	return r, true, err
}

// ReachOf implements owners.Reader.
func (s Store) ReachOf(ctx context.Context, vendor ident.VendorID, user ident.UserID, email string) (owners.Reach, error) {
	r := owners.Reach{Vendor: vendor, User: user, Email: email}
	var err error
	r.Customers, err = store.All[owners.Membership](s.DB.Query(ctx, selectMemberships, vendor, user))(scanMembership)
	return r, err
}

const licenseColumns = `SELECT l.id, l.uuid, l.licensee_email, l.customer_id FROM licenses l `

// License implements owners.Store.
func (Store) License(t tx.Tx, vendor ident.VendorID, license ident.UUID) (owners.License, bool, error) {
	return one(t, licenseColumns+`WHERE l.vendor_id = $1 AND l.uuid = $2`, vendor, license)
}

// LicenseOf implements owners.Store.
func (Store) LicenseOf(t tx.Tx, vendor ident.VendorID, activation ident.UUID) (owners.License, bool, error) {
	return one(t, licenseColumns+`JOIN activations a ON a.vendor_id = l.vendor_id AND a.license_id = l.id
		WHERE a.vendor_id = $1 AND a.uuid = $2`, vendor, activation)
}

func one(t tx.Tx, sqltext string, args ...any) (l owners.License, found bool, err error) {
	found, err = store.On(t).QueryRow(sqltext, args, &l.ID, &l.UUID, &l.Licensee, &l.Customer)
	return l, found, err
}

// ByUser reads the reach of a user as it is now; of one who is gone or disabled it
// reaches nothing.
func (s Store) ByUser(ctx context.Context, vendor ident.VendorID, user ident.UserID) (owners.Reach, error) {
	var email string
	found, err := s.DB.QueryRow(ctx, `SELECT email FROM users WHERE vendor_id = $1 AND id = $2 AND disabled_at IS NULL`, []any{vendor, user}, &email)
	if err != nil || !found {
		return owners.Reach{}, err
	}
	return s.ReachOf(ctx, vendor, user, email)
}
