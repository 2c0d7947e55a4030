package catalog

import (
	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// What is made of the columns of a product. The products of a vendor are few, so that a
// name is looked for among them costs nothing.
//
//nolint:gochecknoglobals // texts, made once
var (
	selectProduct = `SELECT ` + store.Selected("p", &productRow{}) + ` FROM products p WHERE p.vendor_id =`
	insertProduct = store.InsertInto("products", &productRow{})
	updateProduct = store.Update("products", &productRow{},
		`vendor_id = ? AND id = ? AND NOT EXISTS (SELECT 1 FROM products o WHERE o.vendor_id = ? AND o.name = ? AND o.id <> ?)`)
)

// productRow is one row as it comes.
type productRow struct {
	p                catalog.Product
	inactive         store.OptionalInt
	created, updated int64
	archived         store.OptionalInt
}

// Columns implements store.Record.
func (r *productRow) Columns(c *store.Columns) {
	p := &r.p
	c.Read("id", &p.ID)
	c.Fixed("uuid", p.UUID, &p.UUID)
	c.Saved("name", p.Name, &p.Name)
	c.Saved("description", p.Description, &p.Description)
	c.Saved("maximum_inactive_days", p.MaximumInactiveDays, &r.inactive)
	c.Saved("printed_keys", store.Bit(p.PrintedKeys), &p.PrintedKeys)
	c.Saved("allow_client_moves", store.Bit(p.AllowClientMoves), &p.AllowClientMoves)
	c.Saved("hide_keys_in_heartbeats", store.Bit(p.HideKeysInHeartbeats), &p.HideKeysInHeartbeats)
	c.Saved("latest_release", p.LatestRelease, &p.LatestRelease)
	c.Saved("revision", p.Revision, &p.Revision)
	c.Fixed("created_at", store.Millis(p.CreatedAt), &r.created)
	c.Saved("updated_at", store.Millis(p.UpdatedAt), &r.updated)
	c.Saved("archived_at", store.Millis(p.ArchivedAt), &r.archived)
}

// InsertProduct implements catalog.Store.
func (Store) InsertProduct(t tx.Tx, vendor ident.VendorID, p catalog.Product) (id ident.ProductID, free bool, err error) {
	free, err = store.On(t).QueryRow(store.On(t).NewID("products", insertProduct.Text)+` ON CONFLICT (vendor_id, name) DO NOTHING RETURNING id`,
		insertProduct.Values(vendor, &productRow{p: p}), &id)
	return id, free, err
}

// UpdateProduct implements catalog.Store. A name taken at the very same moment runs into
// the unique key, and the transaction fails as a whole.
func (Store) UpdateProduct(t tx.Tx, vendor ident.VendorID, p catalog.Product) (free bool, err error) {
	n, err := store.On(t).Exec(updateProduct, store.SavedValues(&productRow{p: p}, vendor, p.ID, vendor, p.Name, p.ID)...)
	return n == 1, err
}

// Product implements catalog.Store.
func (Store) Product(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (catalog.Product, bool, error) {
	s := store.On(t)
	return scanProduct(func(dest ...any) (bool, error) {
		return s.QueryRow(selectProduct+` $1 AND p.uuid = $2`+s.Dialect.ForUpdate(), []any{vendor, uuid}, dest...)
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

func scanProduct(row row) (catalog.Product, bool, error) {
	var r productRow
	if found, err := row(store.Dest(&r)...); err != nil || !found {
		return catalog.Product{}, false, err
	}
	if r.inactive.Valid {
		days := int(r.inactive.V)
		r.p.MaximumInactiveDays = &days
	}
	r.p.ArchivedAt = r.archived.Instant()
	r.p.CreatedAt, r.p.UpdatedAt = store.Instant(r.created), store.Instant(r.updated)
	return r.p, true, nil
}

func scanRelease(r row, id *int64) (catalog.Release, error) {
	var release catalog.Release
	var created int64
	_, err := r(id, &release.UUID, &release.SoftwareRelease, &release.Description, &created)
	release.CreatedAt = store.Instant(created)
	return release, err
}
