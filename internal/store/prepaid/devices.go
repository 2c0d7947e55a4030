package prepaid

import (
	"context"
	"maps"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	stateColumns  = `d.id, d.holder_id, d.usable_until, d.due_at, d.dark, d.grace_left, d.grace_owed, d.on_report`
	numberColumns = `n.uuid, n.number, n.number_key, n.model, n.said_model, n.held_since, n.created_at`
	deviceFrom    = ` FROM prepaid_device_numbers n JOIN prepaid_devices d ON d.id = n.id `
	selectDevice  = `SELECT ` + stateColumns + `, ` + numberColumns + deviceFrom
)

// stateRow is the narrow row of a device as it comes.
type stateRow struct {
	s        prepaid.State
	until    int64
	due      store.OptionalInt
	onReport int64
}

func (r *stateRow) dest() []any {
	return []any{&r.s.ID, &r.s.Holder, &r.until, &r.due, &r.s.Dark, &r.s.GraceLeft, &r.s.GraceOwed, &r.onReport}
}

func (r *stateRow) state() prepaid.State {
	r.s.DueAt, r.s.OnReport = r.due.Instant(), r.onReport != 0
	r.s.UsableUntil = instant(r.until)
	return r.s
}

func scanState(scan store.Scan) (prepaid.State, error) {
	var r stateRow
	err := scan(r.dest()...)
	return r.state(), err
}

func scanDevice(scan store.Scan) (d prepaid.Device, err error) {
	var r stateRow
	var since, created int64
	err = scan(append(r.dest(), &d.UUID, &d.Number, &d.Key, &d.Model, &d.SaidModel, &since, &created)...)
	d.State, d.HeldSince, d.CreatedAt = r.state(), store.Instant(since), store.Instant(created)
	return d, err
}

func device(t tx.Tx, where string, args ...any) (*prepaid.Device, error) {
	q := store.On(t)
	all, err := store.All[prepaid.Device](q.Query(selectDevice+where+q.Dialect.ForUpdateOf("d"), args...))(scanDevice)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// LockDevice implements prepaid.Store.
func (Store) LockDevice(t tx.Tx, v ident.VendorID, key string) (*prepaid.Device, error) {
	return device(t, `WHERE n.vendor_id = $1 AND n.number_key = $2`, v, key)
}

// DeviceByID implements prepaid.Store.
func (Store) DeviceByID(t tx.Tx, v ident.VendorID, id ident.DeviceID) (*prepaid.Device, error) {
	return device(t, `WHERE n.id = $1 AND +n.vendor_id = $2`, id, v)
}

// LockDevices implements prepaid.Store.
func (s Store) LockDevices(t tx.Tx, v ident.VendorID, keys []string) ([]prepaid.Device, error) {
	ids, err := idsBy[ident.DeviceID](store.On(t), `SELECT id FROM prepaid_device_numbers WHERE vendor_id = $1 AND number_key`, v, keys)
	if err != nil {
		return nil, err
	}
	return s.LockDevicesByID(t, v, ids)
}

// LockDevicesByID implements prepaid.Store. The ids are in order.
func (Store) LockDevicesByID(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) (all []prepaid.Device, err error) {
	q := store.On(t)
	err = in(ids, 2, func(list string, args []any) error {
		some, err := store.All[prepaid.Device](q.Query(selectDevice+`WHERE n.id IN (`+list+`) AND +n.vendor_id = $1 ORDER BY n.id`+
			q.Dialect.ForUpdateOf("d"), append([]any{v}, args...)...))(scanDevice)
		all = append(all, some...)
		return err
	})
	return all, err
}

// InsertDevice implements prepaid.Store.
func (s Store) InsertDevice(t tx.Tx, v ident.VendorID, d prepaid.Device) (other *prepaid.Device, err error) {
	q := store.On(t)
	if has, err := s.HasDevices(t, v); err != nil {
		return nil, err
	} else if !has {
		if err := store.Bump(t); err != nil {
			return nil, err
		}
	}
	n, err := q.Exec(`INSERT INTO prepaid_device_numbers (id, vendor_id, uuid, number_key, number, model, said_model, held_since, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, $7) ON CONFLICT DO NOTHING`,
		d.ID, v, d.UUID, d.Key, d.Number, d.Model, d.CreatedAt.UnixMilli())
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return s.LockDevice(t, v, d.Key)
	}
	return nil, q.Later(`INSERT INTO prepaid_devices (id, vendor_id, holder_id, usable_until, due_at, dark, grace_left, grace_owed, on_report)
		VALUES ($1, $2, $3, 0, NULL, 0, 0, 0, 0)`, d.ID, v, d.Holder)
}

const anyDevice = `SELECT 1 FROM prepaid_device_numbers WHERE vendor_id = $1 LIMIT 1`

// HasDevices implements prepaid.Store.
func (Store) HasDevices(t tx.Tx, v ident.VendorID) (bool, error) {
	var one int
	return store.On(t).QueryRow(anyDevice, []any{v}, &one)
}

// AnyDevice implements prepaid.Reader.
func (s Store) AnyDevice(ctx context.Context, v ident.VendorID) (bool, error) {
	var one int
	return s.DB.QueryRow(ctx, anyDevice, []any{v}, &one)
}

// DarkOf implements prepaid.Store.
func (Store) DarkOf(t tx.Tx, v ident.VendorID, key string) (dark prepaid.Dark, err error) {
	_, err = store.On(t).QueryRow(`SELECT d.dark`+deviceFrom+`WHERE n.vendor_id = $1 AND n.number_key = $2`, []any{v, key}, &dark)
	return dark, err
}

// MoveDevices implements prepaid.Store.
func (Store) MoveDevices(t tx.Tx, v ident.VendorID, devices []ident.DeviceID, to ident.CustomerID) error {
	q := store.On(t)
	return in(devices, 3, func(list string, args []any) error {
		if err := q.Later(`UPDATE prepaid_devices SET holder_id = $1 WHERE +vendor_id = $2 AND id IN (`+list+`)`,
			append([]any{to, v}, args...)...); err != nil {
			return err
		}
		return q.Later(`UPDATE prepaid_device_numbers SET held_since = $1, said_model = '' WHERE +vendor_id = $2 AND id IN (`+list+`)`,
			append([]any{t.Now().UnixMilli(), v}, args...)...)
	})
}

// SaveModel implements prepaid.Store.
func (Store) SaveModel(t tx.Tx, v ident.VendorID, d ident.DeviceID, model string) error {
	return store.On(t).Later(`UPDATE prepaid_device_numbers SET model = $1, said_model = '' WHERE id = $2 AND vendor_id = $3`, model, d, v)
}

// SaveSaidModels implements prepaid.Store. Rows are written in the order of their ids.
func (Store) SaveSaidModels(t tx.Tx, v ident.VendorID, said map[ident.DeviceID]string) error {
	for _, d := range slices.Sorted(maps.Keys(said)) {
		if err := store.On(t).Later(`UPDATE prepaid_device_numbers SET said_model = $1 WHERE id = $2 AND vendor_id = $3 AND said_model <> $1`,
			said[d], d, v); err != nil {
			return err
		}
	}
	return nil
}
