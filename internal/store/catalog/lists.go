package catalog

import (
	"context"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// ProductByUUID reads one product. Missing is product_not_found.
func (s Store) ProductByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (catalog.Product, error) {
	p, found, err := scanProduct(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, selectProduct+` $1 AND p.uuid = $2`, []any{vendor, uuid}, dest...)
	})
	if err == nil && !found {
		err = fault.Missing("product")
	}
	return p, err
}

// HasProduct reports whether the vendor has a product of this name.
func (s Store) HasProduct(ctx context.Context, vendor ident.VendorID, name string) (bool, error) {
	var one int64
	return s.DB.QueryRow(ctx, `SELECT 1 FROM products WHERE vendor_id = $1 AND name = $2 LIMIT 1`, []any{vendor, name}, &one)
}

// EditionByUUID reads one edition. Missing is edition_not_found.
func (s Store) EditionByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (catalog.Edition, error) {
	e, found, err := scanEdition(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, selectEdition+` $1 AND e.uuid = $2`, []any{vendor, uuid}, dest...)
	})
	if err == nil && !found {
		err = fault.Missing("edition")
	}
	return e, err
}

// Products lists a vendor's products.
func (s Store) Products(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[catalog.Product], error) {
	return s.ProductsIn(ctx, vendor, nil, r)
}

// ProductsIn lists products that are archived, or that are not; nil for all.
func (s Store) ProductsIn(ctx context.Context, vendor ident.VendorID, archived *bool, r listing.Request) (listing.Page[catalog.Product], error) {
	by := store.Column{Name: "p.name"}
	if r.Sort == "created_at" {
		by = store.Column{Name: "p.id"}
	}
	q := store.Select(selectProduct, vendor)
	narrowArchived(q, "p.archived_at", archived)
	sqltext, args := q.Page(r, by, "p.id")
	items, err := store.All[catalog.Product](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (catalog.Product, error) {
		p, _, err := scanProduct(always(scan))
		return p, err
	})
	return listing.Cut(r, items, func(p catalog.Product) listing.Mark { return mark(r, int64(p.ID), p.Name) }), err
}

// EditionsOf lists a vendor's editions, or those of one product.
func (s Store) EditionsOf(
	ctx context.Context, vendor ident.VendorID, product *ident.UUID, r listing.Request,
) (listing.Page[catalog.Edition], error) {
	return s.EditionsIn(ctx, vendor, product, nil, r)
}

func narrowArchived(q *store.Selection, column string, archived *bool) {
	switch {
	case archived == nil:
	case *archived:
		q.And(column + " IS NOT NULL")
	default:
		q.And(column + " IS NULL")
	}
}

// EditionsIn is EditionsOf of those that are archived, or that are not; nil for all.
func (s Store) EditionsIn(
	ctx context.Context, vendor ident.VendorID, product *ident.UUID, archived *bool, r listing.Request,
) (listing.Page[catalog.Edition], error) {
	by := store.Column{Name: "e.name"}
	if r.Sort == "created_at" {
		by = store.Column{Name: "e.id"}
	}
	q := store.Select(selectEdition, vendor)
	if product != nil {
		q.And("p.uuid = ?", *product)
	}
	narrowArchived(q, "e.archived_at", archived)
	sqltext, args := q.Page(r, by, "e.id")
	items, err := store.All[catalog.Edition](s.DB.Query(ctx, sqltext, args...))(oneEdition)
	return listing.Cut(r, items, func(e catalog.Edition) listing.Mark { return mark(r, int64(e.ID), e.Name) }), err
}

// NamedEdition is an edition and its product, by their names.
type NamedEdition struct {
	UUID             ident.UUID
	Product, Edition string
}

// EditionNames gives all of a vendor's editions by their names and those of their products.
func (s Store) EditionNames(ctx context.Context, vendor ident.VendorID) ([]NamedEdition, error) {
	return store.All[NamedEdition](s.DB.Query(ctx, `SELECT e.uuid, p.name, e.name FROM editions e
		JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id WHERE e.vendor_id = $1`, vendor))(
		func(scan store.Scan) (n NamedEdition, err error) { return n, scan(&n.UUID, &n.Product, &n.Edition) })
}

// Releases lists the software releases of a product.
func (s Store) Releases(
	ctx context.Context, vendor ident.VendorID, product ident.ProductID, r listing.Request,
) (listing.Page[catalog.Release], error) {
	type row struct {
		catalog.Release

		id int64
	}
	sqltext, args := store.Select(`SELECT id, uuid, software_release, description, created_at FROM software_releases WHERE vendor_id =`, vendor).
		And("product_id = ?", product).Page(r, store.Column{Name: "software_release"}, "id")
	rows, err := store.All[row](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (v row, err error) {
		v.Release, err = scanRelease(always(scan), &v.id)
		return v, err
	})
	page := listing.Cut(r, rows, func(v row) listing.Mark { return mark(r, v.id, v.SoftwareRelease) })
	return only(page, func(v row) catalog.Release { return v.Release }), err
}

// Definitions lists the features, limitations or variables of a product.
func (s Store) Definitions(
	ctx context.Context, vendor ident.VendorID, product ident.ProductID, kind catalog.Kind, r listing.Request,
) (listing.Page[catalog.Definition], error) {
	type row struct {
		catalog.Definition

		id int64
	}
	sqltext, args := store.Select(`SELECT `+definitionColumns+` FROM `+table(kind)+` d WHERE d.vendor_id =`, vendor).
		And("d.product_id = ?", product).Page(r, store.Column{Name: "d.name"}, "d.id")
	rows, err := store.All[row](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (v row, err error) {
		v.Definition, _, err = scanDefinition(kind, always(scan), &v.id)
		return v, err
	})
	page := listing.Cut(r, rows, func(v row) listing.Mark { return mark(r, v.id, v.Name) })
	return only(page, func(v row) catalog.Definition { return v.Definition }), err
}

// mark: every sort but created_at is by a text.
func mark(r listing.Request, id int64, text string) listing.Mark {
	m := r.Mark(id)
	if r.Sort != "created_at" {
		m.Text = text
	}
	return m
}

func only[T, U any](page listing.Page[T], part func(T) U) listing.Page[U] {
	items := make([]U, len(page.Items))
	for i, v := range page.Items {
		items[i] = part(v)
	}
	return listing.Page[U]{Items: items, Next: page.Next}
}
