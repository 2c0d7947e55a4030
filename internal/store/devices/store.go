package devices

import (
	"time"

	"chancery/internal/devices"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store reads and writes devices, in the caller's transaction.
type Store struct{}

// Lock implements devices.Store.
func (Store) Lock(t tx.Tx, v ident.VendorID, number string) (*devices.Device, error) {
	q := store.On(t)
	d := &devices.Device{Number: number}
	var suspended store.OptionalInt
	found, err := q.QueryRow(`SELECT id, uuid, suspended_until FROM devices WHERE vendor_id = $1 AND number = $2`+q.Dialect.ForUpdate(),
		[]any{v, number}, &d.ID, &d.UUID, &suspended)
	if err != nil || !found {
		return nil, err
	}
	d.SuspendedUntil = suspended.Instant()
	return d, nil
}

// Insert implements devices.Store.
func (Store) Insert(t tx.Tx, v ident.VendorID, number string, id ident.UUID) (*devices.Device, error) {
	d := &devices.Device{Number: number, UUID: id}
	made, err := store.On(t).QueryRow(`INSERT INTO devices (vendor_id, uuid, number, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, number) DO NOTHING RETURNING id`, []any{v, id, number, t.Now().UnixMilli()}, &d.ID)
	if err != nil || !made {
		return nil, err
	}
	return d, nil
}

// SetSuspension implements devices.Store.
func (Store) SetSuspension(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error {
	_, err := store.On(t).Exec(`UPDATE devices SET suspended_until = $1 WHERE vendor_id = $2 AND id = $3`, store.Millis(until), v, d)
	return err
}

// lookedOfStep is how many devices are looked at between two looks at the time that a
// portion may take.
const lookedOfStep = 200

// Suspended implements devices.Store.
func (Store) Suspended(t tx.Tx, v ident.VendorID, after ident.DeviceID) (suspended []devices.Device, last ident.DeviceID, err error) {
	q := store.On(t)
	var until store.OptionalInt
	if _, err := q.QueryRow(`SELECT MAX(id) FROM (SELECT id FROM devices WHERE vendor_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS next`,
		[]any{v, after, lookedOfStep}, &until); err != nil {
		return nil, 0, err
	}
	last = ident.DeviceID(until.V)
	suspended, err = store.All[devices.Device](q.Query(`SELECT id, uuid, number, suspended_until FROM devices
		WHERE vendor_id = $1 AND id > $2 AND id <= $3 AND suspended_until IS NOT NULL ORDER BY id`+q.Dialect.ForUpdate(), v, after, last))(
		func(scan store.Scan) (d devices.Device, err error) {
			var at store.OptionalInt
			err = scan(&d.ID, &d.UUID, &d.Number, &at)
			d.SuspendedUntil = at.Instant()
			return d, err
		})
	return suspended, last, err
}
