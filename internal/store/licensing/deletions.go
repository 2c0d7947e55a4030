package licensing

import (
	"context"
	"database/sql"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const deletionColumns = `x.id, x.uuid, x.license_id, x.activation_id, x.reason, x.counted, x.actor_kind, x.actor_id, x.actor_name, x.asked_at,
	x.due_at, x.for_copy`

func scanDeletion(v ident.VendorID, scan store.Scan) (*licensing.Deletion, error) {
	d := &licensing.Deletion{Vendor: v}
	var asked, copied int64
	var due store.OptionalInt
	err := scan(&d.ID, &d.UUID, &d.License, &d.Activation, &d.Reason, &d.Counted, &d.Actor.Kind, &d.Actor.ID, &d.Actor.Name, &asked, &due, &copied)
	d.AskedAt, d.DueAt, d.ForCopy = store.Instant(asked), due.Instant(), copied == 1
	return d, err
}

// DeletionOf implements licensing.Store.
func (*Store) DeletionOf(t tx.Tx, v ident.VendorID, a ident.ActivationID) (*licensing.Deletion, error) {
	rows, err := writing(t)(`SELECT `+deletionColumns+` FROM offline_deletions x WHERE x.vendor_id = $1 AND x.activation_id = $2`, v, a)
	return first(rows, err, func(scan store.Scan) (*licensing.Deletion, error) { return scanDeletion(v, scan) })
}

// InsertDeletion implements licensing.Store.
func (*Store) InsertDeletion(t tx.Tx, d *licensing.Deletion) (err error) {
	d.ID, err = store.On(t).Insert(`INSERT INTO offline_deletions
		(vendor_id, uuid, license_id, activation_id, reason, counted, actor_kind, actor_id, actor_name, asked_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		d.Vendor, d.UUID, d.License, d.Activation, d.Reason, int64(d.Counted), d.Actor.Kind, d.Actor.ID, d.Actor.Name,
		d.AskedAt.UnixMilli(), store.Millis(d.DueAt))
	return err
}

// SetForCopy implements licensing.Store.
func (*Store) SetForCopy(t tx.Tx, d *licensing.Deletion) error {
	d.ForCopy = true
	return store.On(t).Later(`UPDATE offline_deletions SET for_copy = 1 WHERE vendor_id = $1 AND id = $2`, d.Vendor, d.ID)
}

// DeleteDeletion implements licensing.Store.
func (*Store) DeleteDeletion(t tx.Tx, d *licensing.Deletion) error {
	return store.On(t).Later(`DELETE FROM offline_deletions WHERE vendor_id = $1 AND id = $2`, d.Vendor, d.ID)
}

// DeletionsWaiting implements licensing.Store.
func (*Store) DeletionsWaiting(t tx.Tx, v ident.VendorID, license ident.LicenseID) (all, dashboard int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*), COUNT(CASE WHEN counted = 2 THEN 1 END) FROM offline_deletions
		WHERE vendor_id = $1 AND license_id = $2 AND counted >= 1`, []any{v, license}, &all, &dashboard)
	return all, dashboard, err
}

const (
	selectDeletionsDue = `SELECT x.vendor_id, a.uuid FROM offline_deletions x
		JOIN activations a ON a.vendor_id = x.vendor_id AND a.id = x.activation_id
		WHERE x.due_at IS NOT NULL AND x.due_at <= $1 AND a.released_at IS NULL ORDER BY x.due_at LIMIT $2`
	selectNextDeletion = `SELECT MIN(due_at) FROM offline_deletions WHERE due_at IS NOT NULL AND due_at > $1`
)

// DeletionsDue implements licensing.Reader.
func (s *Store) DeletionsDue(ctx context.Context, now time.Time, limit int) ([]licensing.Due, error) {
	rows, err := s.db.Query(ctx, selectDeletionsDue, now.UnixMilli(), limit)
	return collect(rows, err, scanDue)
}

// NextDeletion gives when the next device is free that its owner has deleted, after an
// instant, in milliseconds; zero for none.
func (s *Store) NextDeletion(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.db.QueryRow(ctx, selectNextDeletion, []any{now.UnixMilli()}, &at)
	return at.V, err
}

// DeletionOfSeat gives what the owner wants of an activation; nil for nothing.
func (s *Store) DeletionOfSeat(ctx context.Context, v ident.VendorID, a ident.ActivationID) (*licensing.Deletion, error) {
	rows, err := s.db.Query(ctx, `SELECT `+deletionColumns+` FROM offline_deletions x WHERE x.vendor_id = $1 AND x.activation_id = $2`, v, a)
	return first(rows, err, func(scan store.Scan) (*licensing.Deletion, error) { return scanDeletion(v, scan) })
}

// Deletions gives the devices that their owners have deleted and whose files go on, the
// oldest wish first: those that wait for the vendor, or with due those that wait for their file to end.
func (s *Store) Deletions(ctx context.Context, v ident.VendorID, due bool, r listing.Request) (listing.Page[licensing.Seat], error) {
	q := store.Select(`SELECT `+deletionColumns+` FROM offline_deletions x WHERE x.vendor_id =`, v)
	if due {
		q.And("x.due_at IS NOT NULL")
	} else {
		q.And("x.due_at IS NULL")
	}
	sqltext, args := q.Page(r, store.Column{Name: "x.id"}, "x.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	all, err := collect(rows, err, func(scan store.Scan) (*licensing.Deletion, error) { return scanDeletion(v, scan) })
	page := listing.Cut(r, all, func(d *licensing.Deletion) listing.Mark { return r.Mark(d.ID) })
	if err != nil || len(page.Items) == 0 {
		return listing.Page[licensing.Seat]{}, err
	}
	ids := make([]int64, len(page.Items))
	for i, d := range page.Items {
		ids[i] = int64(d.Activation)
	}
	seats, err := s.seatsOf(ctx, v, ids)
	out := listing.Page[licensing.Seat]{Next: page.Next}
	for _, d := range page.Items {
		if seat, ok := seats[d.Activation]; ok {
			seat.Deletion = d
			out.Items = append(out.Items, seat)
		}
	}
	return out, err
}

// seatsOf gives activations by their keys, with their licences.
func (s *Store) seatsOf(ctx context.Context, v ident.VendorID, ids []int64) (map[ident.ActivationID]licensing.Seat, error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v)
	narrowAmong(q, "a.id", ids)
	sqltext, args := q.End("")
	rows, err := s.db.Query(ctx, sqltext, args...)
	all, err := collect(rows, err, scanActivation)
	if err != nil {
		return nil, err
	}
	seated, err := s.seated(ctx, v, all)
	seats := make(map[ident.ActivationID]licensing.Seat, len(seated))
	for _, seat := range seated {
		seats[seat.Activation.ID] = seat
	}
	return seats, err
}

// RefreshesDue gives devices whose newest file wants a refresh until an instant, or did
// long ago, the first to want one first.
func (s *Store) RefreshesDue(ctx context.Context, v ident.VendorID, until time.Time, r listing.Request) (listing.Page[licensing.Seat], error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v)
	q.And("a.released_at IS NULL AND a.refresh_by IS NOT NULL AND a.refresh_by <= ?", until.UnixMilli())
	sqltext, args := q.Page(r, store.Column{Name: "a.refresh_by", Number: true}, "a.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	all, err := collect(rows, err, scanActivation)
	page := listing.Cut(r, all, func(a *licensing.Activation) listing.Mark {
		m := r.Mark(int64(a.ID))
		m.Number = a.RefreshBy.UnixMilli()
		return m
	})
	if err != nil {
		return listing.Page[licensing.Seat]{}, err
	}
	seats, err := s.seated(ctx, v, page.Items)
	return listing.Page[licensing.Seat]{Items: seats, Next: page.Next}, err
}

// SetRefreshTold implements licensing.Store.
func (*Store) SetRefreshTold(t tx.Tx, v ident.VendorID, a *licensing.Activation, told licensing.RefreshTold) error {
	return store.On(t).Later(`UPDATE activations SET refresh_told = $1 WHERE vendor_id = $2 AND id = $3`, int64(told), v, a.ID)
}

// RefreshesUntold implements licensing.Reader.
func (s *Store) RefreshesUntold(
	ctx context.Context, v ident.VendorID, told licensing.RefreshTold, from, to time.Time, limit int,
) ([]licensing.Due, error) {
	rows, err := s.db.Query(ctx, `SELECT vendor_id, uuid FROM activations WHERE vendor_id = $1 AND released_at IS NULL
		AND refresh_by IS NOT NULL AND refresh_by > $2 AND refresh_by <= $3 AND refresh_told < $4 ORDER BY refresh_by LIMIT $5`,
		v, from.UnixMilli(), to.UnixMilli(), int64(told), limit)
	return collect(rows, err, scanDue)
}

// RefreshAfter implements licensing.Reader.
func (s *Store) RefreshAfter(ctx context.Context, v ident.VendorID, after time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.db.QueryRow(ctx, `SELECT MIN(refresh_by) FROM activations WHERE vendor_id = $1 AND released_at IS NULL
		AND refresh_by IS NOT NULL AND refresh_by > $2`, []any{v, after.UnixMilli()}, &at)
	return at.V, err
}
