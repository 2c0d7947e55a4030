package catalog

import (
	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const definitionColumns = `d.id, d.uuid, d.name, d.description, d.created_at`

// table gives the table of a kind; the names are a closed set.
func table(k catalog.Kind) string {
	switch k {
	case catalog.FeatureKind:
		return "features"
	case catalog.LimitationKind:
		return "limitations"
	case catalog.VariableKind:
		return "variables"
	}
	panic("store/catalog: no such kind of definition: " + string(k)) // a defect: kinds are constants
}

// Names implements catalog.Store. The vendor's row stands for its products; a product is
// locked by whoever changes what belongs to it.
func (Store) Names(t tx.Tx, vendor ident.VendorID, product ident.ProductID, kind catalog.Named) (map[ident.UUID]string, error) {
	s := store.On(t)
	sqltext, args := `SELECT uuid, name FROM products WHERE vendor_id = $1`, []any{vendor}
	switch kind {
	case catalog.NamedProduct:
		var id int64
		if _, err := s.QueryRow(`SELECT id FROM vendors WHERE id = $1`+s.Dialect.ForUpdate(), []any{vendor}, &id); err != nil {
			return nil, err
		}
	case catalog.NamedEdition:
		sqltext, args = `SELECT uuid, name FROM editions WHERE vendor_id = $1 AND product_id = $2`, []any{vendor, product}
	default:
		sqltext, args = `SELECT uuid, name FROM `+table(catalog.Kind(kind))+` WHERE vendor_id = $1 AND product_id = $2`, []any{vendor, product}
	}
	type named struct {
		id   ident.UUID
		name string
	}
	rows, err := store.All[named](s.Query(sqltext, args...))(func(scan store.Scan) (n named, err error) {
		err = scan(&n.id, &n.name)
		return n, err
	})
	all := make(map[ident.UUID]string, len(rows))
	for _, n := range rows {
		all[n.id] = n.name
	}
	return all, err
}

// PutDefinition implements catalog.Store.
func (Store) PutDefinition(
	t tx.Tx, vendor ident.VendorID, product ident.ProductID, d catalog.Definition,
) (catalog.Definition, error) {
	s := store.On(t)
	if _, err := s.Exec(`INSERT INTO `+table(d.Kind)+` (vendor_id, uuid, product_id, name, description, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (vendor_id, product_id, name) DO NOTHING`,
		vendor, d.UUID, product, d.Name, d.Description, d.CreatedAt.UnixMilli()); err != nil {
		return catalog.Definition{}, err
	}
	var id int64
	kept, _, err := scanDefinition(d.Kind, func(dest ...any) (bool, error) {
		return s.QueryRow(`SELECT `+definitionColumns+` FROM `+table(d.Kind)+` d
			WHERE d.vendor_id = $1 AND d.product_id = $2 AND d.name = $3`, []any{vendor, product, d.Name}, dest...)
	}, &id)
	return kept, err
}

// Definition implements catalog.Store.
func (Store) Definition(
	t tx.Tx, vendor ident.VendorID, kind catalog.Kind, uuid ident.UUID,
) (d catalog.Definition, product ident.UUID, found bool, err error) {
	var id int64
	d, found, err = scanDefinition(kind, func(dest ...any) (bool, error) {
		return store.On(t).QueryRow(`SELECT `+definitionColumns+`, p.uuid FROM `+table(kind)+` d
			JOIN products p ON p.vendor_id = d.vendor_id AND p.id = d.product_id
			WHERE d.vendor_id = $1 AND d.uuid = $2`, []any{vendor, uuid}, append(dest, &product)...)
	}, &id)
	return d, product, found, err
}

// UpdateDefinition implements catalog.Store. The product is locked, so that
// nobody takes the name meanwhile.
func (Store) UpdateDefinition(
	t tx.Tx, vendor ident.VendorID, product ident.ProductID, d catalog.Definition,
) (free bool, err error) {
	n, err := store.On(t).Exec(`UPDATE `+table(d.Kind)+` SET name = $1, description = $2 WHERE vendor_id = $3 AND uuid = $4
		AND NOT EXISTS (SELECT 1 FROM `+table(d.Kind)+` o
			WHERE o.vendor_id = $5 AND o.product_id = $6 AND o.name = $7 AND o.uuid <> $8)`,
		d.Name, d.Description, vendor, d.UUID, vendor, product, d.Name, d.UUID)
	return n == 1, err
}

func scanDefinition(kind catalog.Kind, r row, id *int64) (catalog.Definition, bool, error) {
	d := catalog.Definition{Kind: kind}
	var created int64
	found, err := r(id, &d.UUID, &d.Name, &d.Description, &created)
	d.CreatedAt = store.Instant(created)
	return d, found, err
}
