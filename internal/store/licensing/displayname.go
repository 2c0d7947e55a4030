package licensing

import (
	"context"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// SetDisplayName implements licensing.Store.
func (s *Store) SetDisplayName(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	return store.On(t).Later(`UPDATE activations SET display_name = $1, display_name_folded = $2 WHERE vendor_id = $3 AND id = $4`,
		a.DisplayName, listing.Fold(a.DisplayName), v, a.ID)
}

// LastDisplayName implements licensing.Store. A device has few activations: they are
// found by it, whatever the licence has.
func (s *Store) LastDisplayName(t tx.Tx, v ident.VendorID, l ident.LicenseID, d ident.DeviceID) (name string, err error) {
	_, err = store.On(t).QueryRow(`SELECT display_name FROM activations WHERE vendor_id = $1 AND device_id = $2 AND license_id + 0 = $3
		ORDER BY id DESC LIMIT 1`, []any{v, d, l}, &name)
	return name, err
}

// Among gives activations by their ids ("a.uuid") or by those of their devices ("d.uuid"), the
// oldest first.
func (s *Store) Among(ctx context.Context, v ident.VendorID, column string, ids []any) ([]*licensing.Activation, error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v).And("d.vendor_id = ?", v).And(column+" IN (?"+strings.Repeat(", ?", len(ids)-1)+")", ids...)
	sqltext, args := q.End(" ORDER BY a.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	return collect(rows, err, scanActivation)
}
