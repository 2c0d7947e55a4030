package catalog

import (
	"database/sql"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const productColumns = `id, uuid, name, description, maximum_inactive_days, printed_keys, allow_client_moves,
	hide_keys_in_heartbeats, latest_release, revision, created_at, updated_at, COALESCE(archived_at, 0)`

// InsertProduct implements catalog.Store.
func (Store) InsertProduct(t tx.Tx, vendor ident.VendorID, p catalog.Product) (id ident.ProductID, free bool, err error) {
	free, err = store.On(t).QueryRow(`INSERT INTO products
		(id, vendor_id, uuid, name, description, maximum_inactive_days, printed_keys, allow_client_moves, latest_release,
		 revision, created_at, updated_at, hide_keys_in_heartbeats)
		VALUES (`+store.On(t).Dialect.NewID("products")+`, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (vendor_id, name) DO NOTHING RETURNING id`,
		[]any{
			vendor, p.UUID, p.Name, p.Description, p.MaximumInactiveDays, store.Bit(p.PrintedKeys), store.Bit(p.AllowClientMoves),
			p.LatestRelease, p.Revision, p.CreatedAt.UnixMilli(), p.UpdatedAt.UnixMilli(), store.Bit(p.HideKeysInHeartbeats),
		}, &id)
	return id, free, err
}

// UpdateProduct implements catalog.Store. The products of a vendor are few, so
// that the name is looked for among them costs nothing; a name taken at the very
// same moment runs into the unique key, and the transaction fails as a whole.
func (Store) UpdateProduct(t tx.Tx, vendor ident.VendorID, p catalog.Product) (free bool, err error) {
	n, err := store.On(t).Exec(`UPDATE products SET name = $1, description = $2, maximum_inactive_days = $3, printed_keys = $4,
			allow_client_moves = $5, latest_release = $6, revision = $7, updated_at = $8,
			hide_keys_in_heartbeats = $9, archived_at = $15
		WHERE vendor_id = $10 AND id = $11
		AND NOT EXISTS (SELECT 1 FROM products o WHERE o.vendor_id = $12 AND o.name = $13 AND o.id <> $14)`,
		p.Name, p.Description, p.MaximumInactiveDays, store.Bit(p.PrintedKeys), store.Bit(p.AllowClientMoves), p.LatestRelease,
		p.Revision, p.UpdatedAt.UnixMilli(), store.Bit(p.HideKeysInHeartbeats), vendor, p.ID, vendor, p.Name, p.ID, store.Millis(p.ArchivedAt))
	return n == 1, err
}

// Product implements catalog.Store.
func (Store) Product(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (catalog.Product, bool, error) {
	s := store.On(t)
	return scanProduct(func(dest ...any) (bool, error) {
		return s.QueryRow(`SELECT `+productColumns+` FROM products WHERE vendor_id = $1 AND uuid = $2`+s.Dialect.ForUpdate(),
			[]any{vendor, uuid}, dest...)
	})
}

// RaiseEditions implements catalog.Store.
func (Store) RaiseEditions(t tx.Tx, vendor ident.VendorID, product ident.ProductID) error {
	_, err := store.On(t).Exec(`UPDATE editions SET revision = revision + 1 WHERE vendor_id = $1 AND product_id = $2`, vendor, product)
	return err
}

// PutRelease implements catalog.Store.
func (Store) PutRelease(
	t tx.Tx, vendor ident.VendorID, product ident.ProductID, r catalog.Release, describe bool,
) (catalog.Release, error) {
	s := store.On(t)
	onConflict := `DO NOTHING`
	if describe {
		onConflict = `DO UPDATE SET description = excluded.description`
	}
	if _, err := s.Exec(`INSERT INTO software_releases (vendor_id, uuid, product_id, software_release, description, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (vendor_id, product_id, software_release) `+onConflict,
		vendor, r.UUID, product, r.SoftwareRelease, r.Description, r.CreatedAt.UnixMilli()); err != nil {
		return catalog.Release{}, err
	}
	var id int64
	return scanRelease(func(dest ...any) (bool, error) {
		return s.QueryRow(`SELECT id, uuid, software_release, description, created_at FROM software_releases
			WHERE vendor_id = $1 AND product_id = $2 AND software_release = $3`, []any{vendor, product, r.SoftwareRelease}, dest...)
	}, &id)
}

func scanProduct(r row) (catalog.Product, bool, error) {
	var p catalog.Product
	var inactive sql.Null[int64]
	var created, updated, archived int64
	found, err := r(&p.ID, &p.UUID, &p.Name, &p.Description, &inactive, &p.PrintedKeys, &p.AllowClientMoves,
		&p.HideKeysInHeartbeats, &p.LatestRelease, &p.Revision, &created, &updated, &archived)
	if err != nil || !found {
		return catalog.Product{}, false, err
	}
	if inactive.Valid {
		days := int(inactive.V)
		p.MaximumInactiveDays = &days
	}
	p.ArchivedAt = archivedAt(archived)
	p.CreatedAt, p.UpdatedAt = store.Instant(created), store.Instant(updated)
	return p, true, nil
}

// archivedAt gives the instant of a column; zero for 0.
func archivedAt(ms int64) (at time.Time) {
	if ms != 0 {
		at = store.Instant(ms)
	}
	return at
}

func scanRelease(r row, id *int64) (catalog.Release, error) {
	var release catalog.Release
	var created int64
	_, err := r(id, &release.UUID, &release.SoftwareRelease, &release.Description, &created)
	release.CreatedAt = store.Instant(created)
	return release, err
}
