package catalog

import (
	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// ProductUses implements catalog.Store.
func (Store) ProductUses(t tx.Tx, vendor ident.VendorID, product ident.ProductID) (editions, usageNames int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT `+store.Uses(`editions WHERE vendor_id = $1 AND product_id = $2`)+`, `+
		store.Uses(`usage_features WHERE vendor_id = $1 AND product_id = $2`)+` + `+
		store.Uses(`usage_modules WHERE vendor_id = $1 AND product_id = $2`)+` + `+
		store.Uses(`analytical_fields WHERE vendor_id = $1 AND product_id = $2`), []any{vendor, product}, &editions, &usageNames)
	return editions, usageNames, err
}

// EditionUses implements catalog.Store.
func (Store) EditionUses(t tx.Tx, vendor ident.VendorID, edition ident.EditionID) (licenses int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT `+store.Uses(`licenses WHERE vendor_id = $1 AND edition_id = $2`), []any{vendor, edition}, &licenses)
	return licenses, err
}

// DeleteProduct implements catalog.Store.
func (Store) DeleteProduct(t tx.Tx, vendor ident.VendorID, product ident.ProductID) error {
	s := store.On(t)
	for _, table := range []string{"figures", "software_releases", "features", "limitations", "variables"} {
		if err := s.Later(`DELETE FROM `+table+` WHERE vendor_id = $1 AND product_id = $2`, vendor, product); err != nil {
			return err
		}
	}
	if err := s.Later(`DELETE FROM products WHERE vendor_id = $1 AND id = $2`, vendor, product); err != nil {
		return err
	}
	return s.Deleted("products", int64(product))
}

// DeleteEdition implements catalog.Store.
func (Store) DeleteEdition(t tx.Tx, vendor ident.VendorID, edition ident.EditionID) error {
	s := store.On(t)
	if err := s.Later(`DELETE FROM editions WHERE vendor_id = $1 AND id = $2`, vendor, edition); err != nil {
		return err
	}
	return s.Deleted("editions", int64(edition))
}

// DeleteDefinition implements catalog.Store.
func (Store) DeleteDefinition(t tx.Tx, vendor ident.VendorID, kind catalog.Kind, uuid ident.UUID) error {
	return store.On(t).Later(`DELETE FROM `+table(kind)+` WHERE vendor_id = $1 AND uuid = $2`, vendor, uuid)
}

// DeleteRelease implements catalog.Store.
func (Store) DeleteRelease(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	return store.On(t).Later(`DELETE FROM software_releases WHERE vendor_id = $1 AND uuid = $2`, vendor, uuid)
}

// Release implements catalog.Store.
func (Store) Release(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (r catalog.Release, product ident.UUID, found bool, err error) {
	var id int64
	r, err = scanRelease(func(dest ...any) (bool, error) {
		found, err = store.On(t).QueryRow(`SELECT r.id, r.uuid, r.software_release, r.description, r.created_at, p.uuid FROM software_releases r
			JOIN products p ON p.vendor_id = r.vendor_id AND p.id = r.product_id WHERE r.vendor_id = $1 AND r.uuid = $2`,
			[]any{vendor, uuid}, append(dest, &product)...)
		return found, err
	}, &id)
	return r, product, found, err
}
