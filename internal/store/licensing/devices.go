package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// LockDevice implements licensing.Store.
func (s *Store) LockDevice(t tx.Tx, v ident.VendorID, number string) (*licensing.Device, error) {
	rows, err := writing(t)(`SELECT id, uuid, suspended_until FROM devices WHERE vendor_id = $1 AND number = $2`+store.On(t).Dialect.ForUpdate(), v, number)
	return first(rows, err, func(scan store.Scan) (*licensing.Device, error) {
		d := &licensing.Device{Number: number}
		var suspended store.OptionalInt
		err := scan(&d.ID, &d.UUID, &suspended)
		d.SuspendedUntil = suspended.Instant()
		return d, err
	})
}

// MakeDevice implements licensing.Store.
func (s *Store) MakeDevice(t tx.Tx, v ident.VendorID, number string, id ident.UUID) (*licensing.Device, error) {
	d := &licensing.Device{Number: number, UUID: id}
	made, err := store.On(t).QueryRow(`INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, number) DO NOTHING RETURNING id`, []any{v, id, number, t.Now().UnixMilli()}, &d.ID)
	if err != nil || !made {
		return nil, err
	}
	return d, nil
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
