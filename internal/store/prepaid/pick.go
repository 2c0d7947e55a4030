package prepaid

import (
	"context"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// Customers lists customers by name: those within somebody's sight who match.
func (s Store) Customers(
	ctx context.Context, v ident.VendorID, f prepaid.CustomerFilter, r listing.Request,
) (page listing.Page[prepaid.CustomerView], err error) {
	sel := store.Select(`SELECT c.id, c.uuid, c.customer_number, c.company_name, COALESCE(c.superior_id, 0), c.name_folded, `+ownerColumns+`,
		(SELECT COUNT(*) FROM customers o WHERE o.vendor_id = c.vendor_id AND o.superior_id = c.id),
		(SELECT CAST(COALESCE(SUM(o.cards), 0) AS BIGINT) FROM prepaid_stock o WHERE o.vendor_id = c.vendor_id AND o.holder_id = c.id),
		(SELECT CAST(COALESCE(SUM(o.days), 0) AS BIGINT) FROM prepaid_stock o WHERE o.vendor_id = c.vendor_id AND o.holder_id = c.id)
		FROM customers c LEFT JOIN customers u ON u.vendor_id = c.vendor_id AND u.id = c.superior_id WHERE c.vendor_id =`, v)
	switch {
	case f.Direct && f.Within == 0:
		sel.And("c.superior_id IS NULL")
	case f.Direct:
		sel.And("c.superior_id = ?", f.Within)
	case f.Within != 0:
		sel.And("c.id"+below+" AND c.id <> ?", v, f.Within, f.Within)
	}
	if f.Text != "" {
		part := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(listing.Fold(f.Text)) + "%"
		sel.And(`(c.name_folded LIKE ? ESCAPE '\' OR LOWER(c.customer_number) LIKE ? ESCAPE '\')`, part, part)
	}
	text, args := sel.Page(r, store.Column{Name: "c.name_folded"}, "c.id")
	folded := map[ident.CustomerID]string{}
	items, err := store.All[prepaid.CustomerView](s.DB.Query(ctx, text, args...))(func(scan store.Scan) (w prepaid.CustomerView, err error) {
		var above ownerRow
		var name string
		err = scan(append(append([]any{&w.ID, &w.UUID, &w.Number, &w.Name, &w.Superior, &name}, above.dest()...), &w.Below, &w.Cards, &w.Days)...)
		w.Above, folded[w.ID] = above.owner(), name
		return w, err
	})
	return listing.Cut(r, items, func(w prepaid.CustomerView) listing.Mark {
		m := r.Mark(int64(w.ID))
		m.Text = folded[w.ID]
		return m
	}), err
}
