package catalog

import (
	"encoding/json"
	"fmt"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// What is made of the columns of an edition.
//
//nolint:gochecknoglobals // texts, made once
var (
	selectEdition = `SELECT ` + store.Selected("e", &editionRow{}) + `
		FROM editions e JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id WHERE e.vendor_id =`
	insertEdition = store.InsertInto("editions", &editionRow{})
	updateEdition = store.Update("editions", &editionRow{}, `vendor_id = ? AND id = ?
		AND NOT EXISTS (SELECT 1 FROM editions o WHERE o.vendor_id = ? AND o.product_id = ? AND o.name = ? AND o.id <> ?)`)
)

// editionRow is one row as it comes.
type editionRow struct {
	e                catalog.Edition
	policy, grants   string
	created, updated int64
	archived         store.OptionalInt
}

// editionRowOf makes the row of an edition.
func editionRowOf(e catalog.Edition) (*editionRow, error) {
	policy, grants, err := texts(e)
	return &editionRow{e: e, policy: policy, grants: grants}, err
}

// Columns implements store.Record. Mode and client type are never saved: they are fixed.
func (r *editionRow) Columns(c *store.Columns) {
	e := &r.e
	c.Read("id", &e.ID)
	c.Fixed("uuid", e.UUID, &e.UUID)
	c.Fixed("product_id", e.ProductID, &e.ProductID)
	c.Saved("name", e.Name, &e.Name)
	c.Saved("description", e.Description, &e.Description)
	c.Fixed("provisioning_mode", e.Mode, &e.Mode)
	c.Fixed("client_type", e.ClientType, &e.ClientType)
	c.Saved("license_type", e.LicenseType, &e.LicenseType)
	c.Saved("policy", r.policy, &r.policy)
	c.Saved("grants", r.grants, &r.grants)
	c.Saved("revision", e.Revision, &e.Revision)
	c.Fixed("created_at", store.Millis(e.CreatedAt), &r.created)
	c.Saved("updated_at", store.Millis(e.UpdatedAt), &r.updated)
	c.Saved("archived_at", store.Millis(e.ArchivedAt), &r.archived)
	c.Read("p.uuid", &e.ProductUUID)
}

// InsertEdition implements catalog.Store.
func (Store) InsertEdition(t tx.Tx, vendor ident.VendorID, e catalog.Edition) (id ident.EditionID, free bool, err error) {
	row, err := editionRowOf(e)
	if err != nil {
		return 0, false, err
	}
	free, err = store.On(t).QueryRow(store.On(t).NewID("editions", insertEdition.Text)+` ON CONFLICT (vendor_id, product_id, name) DO NOTHING RETURNING id`,
		insertEdition.Values(vendor, row), &id)
	return id, free, err
}

// UpdateEdition implements catalog.Store. The product is locked, so nobody takes the
// name meanwhile.
func (Store) UpdateEdition(t tx.Tx, vendor ident.VendorID, e catalog.Edition) (free bool, err error) {
	row, err := editionRowOf(e)
	if err != nil {
		return false, err
	}
	n, err := store.On(t).Exec(updateEdition, store.SavedValues(row, vendor, e.ID, vendor, e.ProductID, e.Name, e.ID)...)
	return n == 1, err
}

// ProductOf implements catalog.Store.
func (Store) ProductOf(t tx.Tx, vendor ident.VendorID, edition ident.UUID) (product ident.UUID, found bool, err error) {
	found, err = store.On(t).QueryRow(`SELECT p.uuid FROM editions e
		JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id
		WHERE e.vendor_id = $1 AND e.uuid = $2`, []any{vendor, edition}, &product)
	return product, found, err
}

// EditionAfter implements catalog.Store.
func (Store) EditionAfter(t tx.Tx, vendor ident.VendorID, after ident.EditionID) (product, edition ident.UUID, found bool, err error) {
	found, err = store.On(t).QueryRow(`SELECT p.uuid, e.uuid FROM editions e JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id
		WHERE e.vendor_id = $1 AND e.id > $2 ORDER BY e.id LIMIT 1`, []any{vendor, after}, &product, &edition)
	return product, edition, found, err
}

// Edition implements catalog.Store.
func (Store) Edition(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (catalog.Edition, bool, error) {
	s := store.On(t)
	return scanEdition(func(dest ...any) (bool, error) {
		return s.QueryRow(selectEdition+` $1 AND e.uuid = $2`+s.Dialect.ForUpdateOf("e"), []any{vendor, uuid}, dest...)
	})
}

// Editions implements catalog.Store.
func (Store) Editions(t tx.Tx, vendor ident.VendorID, product ident.ProductID) ([]catalog.Edition, error) {
	return store.All[catalog.Edition](store.On(t).Query(selectEdition+` $1 AND e.product_id = $2 ORDER BY e.id`, vendor, product))(oneEdition)
}

func oneEdition(scan store.Scan) (catalog.Edition, error) {
	e, _, err := scanEdition(always(scan))
	return e, err
}

func texts(e catalog.Edition) (policy, grants string, err error) {
	p, err := json.Marshal(e.Policy)
	if err != nil {
		return "", "", fmt.Errorf("an edition's policy: %w", err)
	}
	g, err := json.Marshal(e.Grants)
	if err != nil {
		return "", "", fmt.Errorf("an edition's grants: %w", err)
	}
	return string(p), string(g), nil
}

func scanEdition(row row) (catalog.Edition, bool, error) {
	var r editionRow
	if found, err := row(store.Dest(&r)...); err != nil || !found {
		return catalog.Edition{}, false, err
	}
	if err := json.Unmarshal([]byte(r.policy), &r.e.Policy); err != nil {
		return catalog.Edition{}, false, fmt.Errorf("an edition's policy: %w", err)
	}
	r.e.Grants = terms.Grants{}
	if err := json.Unmarshal([]byte(r.grants), &r.e.Grants); err != nil {
		return catalog.Edition{}, false, fmt.Errorf("an edition's grants: %w", err)
	}
	r.e.ArchivedAt = r.archived.Instant()
	r.e.CreatedAt, r.e.UpdatedAt = store.Instant(r.created), store.Instant(r.updated)
	return r.e, true, nil
}

// EditionsNamed finds the editions of this name, of one product or of all; at most two, which is enough to tell one
// from several.
func (Store) EditionsNamed(t tx.Tx, vendor ident.VendorID, product, name string) ([]ident.UUID, error) {
	rows, err := store.On(t).Query(`SELECT e.uuid FROM products p JOIN editions e ON e.vendor_id = p.vendor_id AND e.product_id = p.id
		WHERE p.vendor_id = $1 AND e.name = $2 AND (p.name = $3 OR $4 = 1) ORDER BY e.id LIMIT 2`, vendor, name, product, store.Bit(product == ""))
	return store.All[ident.UUID](rows, err)(func(scan store.Scan) (id ident.UUID, err error) { return id, scan(&id) })
}
