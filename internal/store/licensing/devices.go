package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// LockDevice implements licensing.Store.
func (s *Store) LockDevice(t tx.Tx, v ident.VendorID, number string, id ident.UUID) (licensing.Device, bool, error) {
	d := licensing.Device{Number: number}
	var suspended store.OptionalInt
	// The conflicting update changes nothing: it locks the row, and gives it back.
	_, err := store.On(t).QueryRow(`INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, number) DO UPDATE SET created_at = devices.created_at RETURNING id, uuid, suspended_until`,
		[]any{v, id, number, t.Now().UnixMilli()}, &d.ID, &d.UUID, &suspended)
	d.SuspendedUntil = suspended.Instant()
	return d, err == nil && d.UUID == id, err
}

// DropDevice implements licensing.Store.
func (s *Store) DropDevice(t tx.Tx, v ident.VendorID, id ident.DeviceID) error {
	_, err := store.On(t).Exec(`DELETE FROM devices WHERE vendor_id = $1 AND id = $2`, v, id)
	return err
}

// SetSuspension implements licensing.Store.
func (s *Store) SetSuspension(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error {
	// The device goes first: an activation of it that is under way has it locked,
	// and is there to be changed once it is given back.
	if _, err := store.On(t).Exec(`UPDATE devices SET suspended_until = $1 WHERE vendor_id = $2 AND id = $3`, store.Millis(until), v, d); err != nil {
		return err
	}
	return store.On(t).Later(`UPDATE activations SET suspended_until = $1 WHERE vendor_id = $2 AND device_id = $3 AND released_at IS NULL`,
		store.Millis(until), v, d)
}
