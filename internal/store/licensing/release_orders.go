package licensing

import (
	"context"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const selectReleaseOrder = `SELECT id, reason, until, done, reserved, released, actor_kind, actor_id, actor_name
	FROM release_orders WHERE vendor_id = $1 AND license_id = $2`

// ReleaseOrder implements licensing.Store.
func (*Store) ReleaseOrder(t tx.Tx, v ident.VendorID, l ident.LicenseID) (*licensing.ReleaseOrder, error) {
	o := &licensing.ReleaseOrder{Vendor: v, License: l}
	found, err := store.On(t).QueryRow(selectReleaseOrder, []any{v, l},
		&o.ID, &o.Reason, &o.Until, &o.Done, &o.Reserved, &o.Released, &o.Actor.Kind, &o.Actor.ID, &o.Actor.Name)
	if err != nil || !found {
		return nil, err
	}
	return o, nil
}

// InsertReleaseOrder implements licensing.Store.
func (*Store) InsertReleaseOrder(t tx.Tx, o *licensing.ReleaseOrder, chosen []ident.ActivationID) (err error) {
	if o.ID, err = store.On(t).Insert(`INSERT INTO release_orders
		(vendor_id, license_id, reason, until, done, reserved, released, actor_kind, actor_id, actor_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		o.Vendor, o.License, o.Reason, o.Until, o.Done, o.Reserved, o.Released, o.Actor.Kind, o.Actor.ID, o.Actor.Name); err != nil {
		return err
	}
	for _, id := range chosen {
		if err := store.On(t).Later(`INSERT INTO release_order_items (vendor_id, order_id, activation_id) VALUES ($1, $2, $3)`,
			o.Vendor, o.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// SaveReleaseOrder implements licensing.Store.
func (*Store) SaveReleaseOrder(t tx.Tx, o *licensing.ReleaseOrder) error {
	return store.On(t).Later(`UPDATE release_orders SET done = $1, released = $2 WHERE vendor_id = $3 AND id = $4`, o.Done, o.Released, o.Vendor, o.ID)
}

// DeleteReleaseOrder implements licensing.Store.
func (*Store) DeleteReleaseOrder(t tx.Tx, o *licensing.ReleaseOrder) error {
	return store.On(t).Later(`DELETE FROM release_orders WHERE vendor_id = $1 AND id = $2`, o.Vendor, o.ID)
}

// ReleaseOrders implements licensing.Reader.
func (s *Store) ReleaseOrders(ctx context.Context, limit int) ([]licensing.Releasing, error) {
	rows, err := s.db.Query(ctx, `SELECT vendor_id, license_id FROM release_orders ORDER BY id LIMIT $1`, limit)
	return collect(rows, err, func(scan store.Scan) (r licensing.Releasing, err error) {
		var vendor int64
		err = scan(&vendor, &r.License)
		r.Vendor = ident.VendorOf(vendor)
		return r, err
	})
}

// What activations to be released are found by.
//
//nolint:gochecknoglobals // texts, made once
var (
	chosenOf = activationsFrom + `JOIN release_order_items i ON i.vendor_id = a.vendor_id AND i.activation_id = a.id
	WHERE i.vendor_id = $1 AND i.order_id = $2 AND i.activation_id > $3 AND a.vendor_id = $1 AND a.released_at IS NULL
	ORDER BY i.activation_id LIMIT $4`
	// The pluses keep engines from walking the licence's activations of the past.
	presentActivations = activationsFrom + `WHERE a.vendor_id = $1 AND a.license_id = $2 AND a.released_at IS NULL
	AND +a.id > $3 AND +a.id <= $4 ORDER BY a.id LIMIT $5`
)

// ChosenOf implements licensing.Store.
func (*Store) ChosenOf(t tx.Tx, o *licensing.ReleaseOrder, limit int) ([]*licensing.Activation, error) {
	rows, err := writing(t)(chosenOf, o.Vendor, o.ID, o.Done, limit)
	return collect(rows, err, scanActivation)
}

// IsChosen implements licensing.Store.
func (*Store) IsChosen(t tx.Tx, o *licensing.ReleaseOrder, id ident.ActivationID) (bool, error) {
	var one int
	return store.On(t).QueryRow(`SELECT 1 FROM release_order_items WHERE vendor_id = $1 AND order_id = $2 AND activation_id = $3`,
		[]any{o.Vendor, o.ID, id}, &one)
}

// PresentActivations implements licensing.Store.
func (*Store) PresentActivations(
	t tx.Tx, v ident.VendorID, l ident.LicenseID, after, until ident.ActivationID, limit int,
) ([]*licensing.Activation, error) {
	rows, err := writing(t)(presentActivations, v, l, after, until, limit)
	return collect(rows, err, scanActivation)
}

// PresentOf implements licensing.Store. The list is filled up, so that there are few texts.
func (*Store) PresentOf(t tx.Tx, v ident.VendorID, l ident.LicenseID, ids []ident.UUID) ([]*licensing.Activation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	size := 1
	for size < len(ids) {
		size *= 8
	}
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v)
	args := make([]any, size)
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	q.And("a.uuid IN (?"+strings.Repeat(", ?", size-1)+")", args...)
	q.And("a.license_id = ? AND a.released_at IS NULL", l)
	sqltext, args := q.End(" ORDER BY a.id")
	rows, err := writing(t)(sqltext, args...)
	return collect(rows, err, scanActivation)
}

const newestPresent = `SELECT id FROM activations WHERE vendor_id = $1 AND license_id = $2 AND released_at IS NULL ORDER BY id DESC LIMIT 1`

// NewestPresent implements licensing.Store.
func (*Store) NewestPresent(t tx.Tx, v ident.VendorID, l ident.LicenseID) (id ident.ActivationID, err error) {
	_, err = store.On(t).QueryRow(newestPresent, []any{v, l}, &id)
	return id, err
}

const countFiles = `SELECT COUNT(*) FROM activations WHERE vendor_id = $1 AND license_id = $2 AND released_at IS NULL AND is_offline = 1`

// CountFiles implements licensing.Store.
func (*Store) CountFiles(t tx.Tx, v ident.VendorID, l ident.LicenseID, over bool, now time.Time) (n int64, err error) {
	sqltext := countFiles + ` AND (offline_until > $3 OR refresh_by IS NULL)`
	if over {
		sqltext = countFiles + ` AND offline_until > $3`
	}
	_, err = store.On(t).QueryRow(sqltext, []any{v, l, now.UnixMilli()}, &n)
	return n, err
}
