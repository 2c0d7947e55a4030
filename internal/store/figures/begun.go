package figures

import (
	"context"

	"chancery/internal/figures"
	"chancery/internal/ident"
)

// Begun tells what a vendor has made so far: the newest of each.
func (s Store) Begun(ctx context.Context, v ident.VendorID) (b figures.Begun, err error) {
	var one int
	if b.Activated, err = s.DB.QueryRow(ctx, `SELECT 1 FROM activations WHERE vendor_id = $1 LIMIT 1`, []any{v}, &one); err != nil {
		return b, err
	}
	for _, q := range []struct {
		sqltext string
		to      *ident.UUID
	}{
		{`SELECT uuid FROM licenses WHERE vendor_id = $1 ORDER BY id DESC LIMIT 1`, &b.License},
		{`SELECT uuid FROM customers WHERE vendor_id = $1 ORDER BY id DESC LIMIT 1`, &b.Customer},
		{`SELECT uuid FROM editions WHERE vendor_id = $1 ORDER BY id DESC LIMIT 1`, &b.Edition},
		{`SELECT uuid FROM products WHERE vendor_id = $1 ORDER BY id DESC LIMIT 1`, &b.Product},
	} {
		if _, err = s.DB.QueryRow(ctx, q.sqltext, []any{v}, q.to); err != nil {
			return b, err
		}
	}
	return b, nil
}
