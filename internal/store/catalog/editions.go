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

const selectEdition = `SELECT e.id, e.uuid, e.product_id, p.uuid, e.name, e.description, e.provisioning_mode, e.client_type,
		e.license_type, e.policy, e.grants, e.revision, e.created_at, e.updated_at, COALESCE(e.archived_at, 0)
	FROM editions e JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id
	WHERE e.vendor_id =`

// InsertEdition implements catalog.Store.
func (Store) InsertEdition(t tx.Tx, vendor ident.VendorID, e catalog.Edition) (id ident.EditionID, free bool, err error) {
	policy, grants, err := texts(e)
	if err != nil {
		return 0, false, err
	}
	free, err = store.On(t).QueryRow(`INSERT INTO editions
		(id, vendor_id, uuid, product_id, name, description, provisioning_mode, client_type, license_type, policy, grants,
		 revision, created_at, updated_at)
		VALUES (`+store.On(t).Dialect.NewID("editions")+`, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (vendor_id, product_id, name) DO NOTHING RETURNING id`,
		[]any{
			vendor, e.UUID, e.ProductID, e.Name, e.Description, e.Mode, e.ClientType, e.LicenseType, policy, grants,
			e.Revision, e.CreatedAt.UnixMilli(), e.UpdatedAt.UnixMilli(),
		}, &id)
	return id, free, err
}

// UpdateEdition implements catalog.Store. Mode and client type are never
// written: they are fixed. The product is locked, so nobody takes the name meanwhile.
func (Store) UpdateEdition(t tx.Tx, vendor ident.VendorID, e catalog.Edition) (free bool, err error) {
	policy, grants, err := texts(e)
	if err != nil {
		return false, err
	}
	n, err := store.On(t).Exec(`UPDATE editions SET name = $1, description = $2, license_type = $3, policy = $4, grants = $5,
			revision = $6, updated_at = $7, archived_at = $14
		WHERE vendor_id = $8 AND id = $9
		AND NOT EXISTS (SELECT 1 FROM editions o WHERE o.vendor_id = $10 AND o.product_id = $11 AND o.name = $12 AND o.id <> $13)`,
		e.Name, e.Description, e.LicenseType, policy, grants, e.Revision, e.UpdatedAt.UnixMilli(), vendor, e.ID,
		vendor, e.ProductID, e.Name, e.ID, store.Millis(e.ArchivedAt))
	return n == 1, err
}

// ProductOf implements catalog.Store.
func (Store) ProductOf(t tx.Tx, vendor ident.VendorID, edition ident.UUID) (product ident.UUID, found bool, err error) {
	found, err = store.On(t).QueryRow(`SELECT p.uuid FROM editions e
		JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id
		WHERE e.vendor_id = $1 AND e.uuid = $2`, []any{vendor, edition}, &product)
	return product, found, err
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

func scanEdition(r row) (catalog.Edition, bool, error) {
	var e catalog.Edition
	var policy, grants []byte
	var created, updated, archived int64
	found, err := r(&e.ID, &e.UUID, &e.ProductID, &e.ProductUUID, &e.Name, &e.Description, &e.Mode, &e.ClientType,
		&e.LicenseType, &policy, &grants, &e.Revision, &created, &updated, &archived)
	if err != nil || !found {
		return catalog.Edition{}, false, err
	}
	if err := json.Unmarshal(policy, &e.Policy); err != nil {
		return catalog.Edition{}, false, fmt.Errorf("an edition's policy: %w", err)
	}
	e.Grants = terms.Grants{}
	if err := json.Unmarshal(grants, &e.Grants); err != nil {
		return catalog.Edition{}, false, fmt.Errorf("an edition's grants: %w", err)
	}
	e.ArchivedAt = archivedAt(archived)
	e.CreatedAt, e.UpdatedAt = store.Instant(created), store.Instant(updated)
	return e, true, nil
}

// EditionsNamed finds the editions of this name, of one product or of all; at most two, which is enough to tell one
// from several.
func (Store) EditionsNamed(t tx.Tx, vendor ident.VendorID, product, name string) ([]ident.UUID, error) {
	rows, err := store.On(t).Query(`SELECT e.uuid FROM products p JOIN editions e ON e.vendor_id = p.vendor_id AND e.product_id = p.id
		WHERE p.vendor_id = $1 AND e.name = $2 AND (p.name = $3 OR $4 = 1) ORDER BY e.id LIMIT 2`, vendor, name, product, store.Bit(product == ""))
	return store.All[ident.UUID](rows, err)(func(scan store.Scan) (id ident.UUID, err error) { return id, scan(&id) })
}
