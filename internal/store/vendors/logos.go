package vendors

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// SaveLogo implements vendors.Store.
func (Store) SaveLogo(t tx.Tx, id ident.VendorID, l vendors.Logo) error {
	if len(l.Content) == 0 {
		_, err := store.On(t).Exec(`DELETE FROM vendor_logos WHERE vendor_id = $1`, id)
		return err
	}
	_, err := store.On(t).Exec(`INSERT INTO vendor_logos (vendor_id, content) VALUES ($1, $2)
		ON CONFLICT (vendor_id) DO UPDATE SET content = excluded.content`, id, l.Content)
	return err
}

// Logo gives a vendor's logo; one without content for none.
func (s Store) Logo(ctx context.Context, id ident.VendorID) (l vendors.Logo, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT content FROM vendor_logos WHERE vendor_id = $1`, []any{id}, &l.Content)
	return l, err
}
