package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// SetSuspension implements devices.Copies: the lists of activations are narrowed to
// suspended devices by an index of their own.
func (s *Store) SetSuspension(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error {
	return store.On(t).Later(`UPDATE activations SET suspended_until = $1 WHERE vendor_id = $2 AND device_id = $3 AND released_at IS NULL`,
		store.Millis(until), v, d)
}
