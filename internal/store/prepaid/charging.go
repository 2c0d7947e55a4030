package prepaid

import (
	"context"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// instant gives the time of a column in which 0 stands for none.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return store.Instant(ms)
}

// millis is the reverse of instant.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// LockStates implements prepaid.Store.
func (Store) LockStates(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) (all []prepaid.State, err error) {
	q := store.On(t)
	slices.Sort(ids)
	err = in(slices.Compact(ids), 2, func(list string, args []any) error {
		some, err := store.All[prepaid.State](q.Query(`SELECT `+stateColumns+` FROM prepaid_devices d
			WHERE d.id IN (`+list+`) AND +d.vendor_id = $1 ORDER BY d.id`+q.Dialect.ForUpdate(), append([]any{v}, args...)...))(scanState)
		all = append(all, some...)
		return err
	})
	return all, err
}

// LockDue implements prepaid.Store. The plus keeps the planner off an index of all of the vendor's devices.
func (Store) LockDue(t tx.Tx, v ident.VendorID, g prepaid.Group, now time.Time) ([]prepaid.State, error) {
	q := store.On(t)
	first := g.N * prepaid.GroupSize
	return store.All[prepaid.State](q.Query(`SELECT `+stateColumns+` FROM prepaid_devices d
		WHERE d.id >= $1 AND d.id < $2 AND +d.vendor_id = $3 AND d.due_at <= $4 ORDER BY d.id`+q.Dialect.ForUpdate(),
		first, first+prepaid.GroupSize, v, now.UnixMilli()))(scanState)
}

const boundColumns = `device_id, card_id, code_id, on_report, days, activated_at, bound_at, number`

func scanBound(scan store.Scan) (b prepaid.Bound, err error) {
	var onReport, bound int64
	var activated store.OptionalInt
	err = scan(&b.Device, &b.Card, &b.Code, &onReport, &b.Days, &activated, &bound, &b.Number)
	b.OnReport, b.ActivatedAt, b.BoundAt = onReport != 0, activated.Instant(), store.Instant(bound)
	return b, err
}

// nearTogether is how many rows a range of devices may hold for each one that is asked for,
// so that the range is read and not one row after the other.
const nearTogether = 4

// BoundTo implements prepaid.Store. The ids are in order.
func (Store) BoundTo(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) (all []prepaid.Bound, err error) {
	q := store.On(t)
	if len(ids) == 0 {
		return nil, nil
	}
	first, last := ids[0], ids[len(ids)-1]
	if int(last-first) < nearTogether*len(ids) {
		return store.All[prepaid.Bound](q.Query(`SELECT `+boundColumns+` FROM prepaid_bound
			WHERE vendor_id = $1 AND device_id >= $2 AND device_id <= $3 ORDER BY device_id, card_id`, v, first, last))(scanBound)
	}
	err = in(ids, 2, func(list string, args []any) error {
		some, err := store.All[prepaid.Bound](q.Query(`SELECT `+boundColumns+` FROM prepaid_bound
			WHERE vendor_id = $1 AND device_id IN (`+list+`) ORDER BY device_id, card_id`, append([]any{v}, args...)...))(scanBound)
		all = append(all, some...)
		return err
	})
	return all, err
}

// CodeOn implements prepaid.Store.
func (Store) CodeOn(t tx.Tx, v ident.VendorID, d ident.DeviceID) (code ident.CodeID, err error) {
	_, err = store.On(t).QueryRow(`SELECT code_id FROM prepaid_cards c WHERE c.vendor_id = $1 AND c.device_id = $2 AND c.id =
		(SELECT n.card_id FROM prepaid_bindings n WHERE n.vendor_id = $1 AND n.device_id = $2 AND n.unbound_at IS NULL ORDER BY n.id DESC LIMIT 1)`,
		[]any{v, d}, &code)
	return code, err
}

// CountBound implements prepaid.Store.
func (Store) CountBound(t tx.Tx, v ident.VendorID, d ident.DeviceID) (n int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM prepaid_bound WHERE vendor_id = $1 AND device_id = $2`, []any{v, d}, &n)
	return n, err
}

// SaveState implements prepaid.Store.
func (Store) SaveState(t tx.Tx, v ident.VendorID, s prepaid.State) error {
	return store.On(t).Later(`UPDATE prepaid_devices SET usable_until = $1, due_at = $2, dark = $3, grace_left = $4, grace_owed = $5, on_report = $6
		WHERE id = $7 AND vendor_id = $8`,
		millis(s.UsableUntil), store.Millis(s.DueAt), int(s.Dark), s.GraceLeft, s.GraceOwed, store.Bit(s.OnReport), s.ID, v)
}

// SaveBound implements prepaid.Store.
func (Store) SaveBound(t tx.Tx, v ident.VendorID, was, is prepaid.Bound) error {
	q := store.On(t)
	var err error
	switch {
	case is.Days > 0 && is.ActivatedAt.Equal(was.ActivatedAt):
		err = q.Later(`UPDATE prepaid_bound SET days = $1 WHERE vendor_id = $2 AND device_id = $3 AND card_id = $4`, is.Days, v, is.Device, is.Card)
	case is.Days > 0:
		err = q.Later(`UPDATE prepaid_bound SET days = $1, activated_at = $2 WHERE vendor_id = $3 AND device_id = $4 AND card_id = $5`,
			is.Days, store.Millis(is.ActivatedAt), v, is.Device, is.Card)
	default:
		err = q.Later(`DELETE FROM prepaid_bound WHERE vendor_id = $1 AND device_id = $2 AND card_id = $3`, v, is.Device, is.Card)
	}
	before, after := standingOf(was), standingOf(is)
	if err != nil || before == after {
		return err
	}
	return q.Later(`UPDATE prepaid_cards SET standing = $1, days = $2, is_used = 1, activated_at = $3 WHERE vendor_id = $4 AND id = $5`,
		int(after), is.Days, is.ActivatedAt.UnixMilli(), v, is.Card)
}

func standingOf(b prepaid.Bound) prepaid.Standing {
	return prepaid.StandingOf(true, !b.ActivatedAt.IsZero(), false, b.Days)
}

// A device has one row that gives it time at an instant, which has this number or the one
// behind it, by its kind. All others of that instant are numbered before.
const paidRow = 1000

// AddDeductions implements prepaid.Store.
func (Store) AddDeductions(t tx.Tx, v ident.VendorID, rows []prepaid.Deduction) error {
	const columns = 11
	q := store.On(t)
	paid := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		if r.Kind == prepaid.Charge || r.Kind == prepaid.Grace {
			paid = append(paid, v, r.Day, r.Device, r.At.UnixMilli(), paidRow+int(r.Kind), int(r.Kind), store.Bit(r.ByReport), r.Card, r.Code, r.Holder, 0)
			continue
		}
		if err := q.Later(`INSERT INTO prepaid_ledger (vendor_id, day, device_id, at, n, kind, by_report, card_id, code_id, holder_id, reason)
			VALUES ($1, $2, $3, $4, (SELECT COALESCE(MAX(o.n), -1) + 1 FROM prepaid_ledger o
				WHERE o.vendor_id = $1 AND o.day = $2 AND o.device_id = $3 AND o.at = $4 AND o.n < $11), $5, $6, $7, $8, $9, $10)`,
			v, r.Day, r.Device, r.At.UnixMilli(), int(r.Kind), store.Bit(r.ByReport), r.Card, r.Code, r.Holder, int(r.Reason), paidRow); err != nil {
			return err
		}
	}
	return q.InsertMany(`INSERT INTO prepaid_ledger (vendor_id, day, device_id, at, n, kind, by_report, card_id, code_id, holder_id, reason) VALUES`,
		columns, paid, "", nil)
}

// LowerDue implements prepaid.Store.
func (Store) LowerDue(t tx.Tx, v ident.VendorID, d ident.DeviceID, at time.Time) error {
	return store.On(t).Later(`INSERT INTO prepaid_due (vendor_id, grp, due_at) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id, grp) DO UPDATE SET due_at = excluded.due_at WHERE prepaid_due.due_at IS NULL OR prepaid_due.due_at > excluded.due_at`,
		v, prepaid.GroupOf(v, d).N, at.UnixMilli())
}

// SettleGroup implements prepaid.Store. The group is locked first, so that the devices are
// read as they are after all that had lowered it.
func (Store) SettleGroup(t tx.Tx, v ident.VendorID, g prepaid.Group) error {
	q := store.On(t)
	if lock := q.Dialect.ForUpdate(); lock != "" {
		var one int
		if _, err := q.QueryRow(`SELECT 1 FROM prepaid_due WHERE vendor_id = $1 AND grp = $2`+lock, []any{v, g.N}, &one); err != nil {
			return err
		}
	}
	first := g.N * prepaid.GroupSize
	return q.Later(`UPDATE prepaid_due SET due_at = (SELECT MIN(d.due_at) FROM prepaid_devices d WHERE d.id >= $1 AND d.id < $2 AND +d.vendor_id = $3)
		WHERE vendor_id = $3 AND grp = $4`, first, first+prepaid.GroupSize, v, g.N)
}

// manyGroups is how many groups wait before they are taken by id: neighbours share pages.
const manyGroups = 500

// DueGroups implements prepaid.Reader.
func (s Store) DueGroups(ctx context.Context, now time.Time, limit int) ([]prepaid.Group, error) {
	groups, err := store.All[prepaid.Group](s.DB.Query(ctx, `SELECT vendor_id, grp FROM prepaid_due WHERE due_at <= $1 ORDER BY due_at LIMIT $2`,
		now.UnixMilli(), max(limit, manyGroups)))(func(scan store.Scan) (g prepaid.Group, err error) {
		var vendor int64
		err = scan(&vendor, &g.N)
		g.Vendor = ident.VendorOf(vendor)
		return g, err
	})
	if err != nil || len(groups) < manyGroups {
		return groups[:min(limit, len(groups))], err
	}
	slices.SortFunc(groups, func(a, b prepaid.Group) int {
		if a.Vendor != b.Vendor {
			return int(a.Vendor.Int64() - b.Vendor.Int64())
		}
		return int(a.N - b.N)
	})
	return groups[:min(limit, len(groups))], nil
}

// NextDue gives when the next device is due after an instant, in milliseconds; 0 for never.
func (s Store) NextDue(ctx context.Context, _ time.Time) (int64, error) {
	var at store.OptionalInt
	_, err := s.DB.QueryRow(ctx, `SELECT MIN(due_at) FROM prepaid_due WHERE due_at IS NOT NULL`, nil, &at)
	return at.V, err
}

// Found implements prepaid.Reader.
func (s Store) Found(ctx context.Context, v ident.VendorID, keys []string) (map[string]prepaid.Found, error) {
	found := make(map[string]prepaid.Found, len(keys))
	err := in(keys, 2, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT n.number_key, n.id, n.model, n.said_model, d.usable_until, d.dark`+deviceFrom+`
			WHERE n.vendor_id = $1 AND n.number_key IN (`+list+`)`, append([]any{v}, args...)...))(func(scan store.Scan) (struct{}, error) {
			var f prepaid.Found
			var key string
			var until int64
			err := scan(&key, &f.ID, &f.Model, &f.Said, &until, &f.Dark)
			f.UsableUntil = instant(until)
			found[key] = f
			return struct{}{}, err
		})
		return err
	})
	return found, err
}

// mostDueCounted bounds CountDue.
const mostDueCounted = 100_000

// CountDue counts the devices that are due by now, up to 100,000.
func (s Store) CountDue(ctx context.Context, now time.Time) (n int64, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM prepaid_due g
		JOIN prepaid_devices d ON d.id >= g.grp * 64 AND d.id < g.grp * 64 + 64 AND +d.vendor_id = g.vendor_id
		WHERE g.due_at <= $1 AND d.due_at <= $1 LIMIT $2) AS due`, []any{now.UnixMilli(), mostDueCounted}, &n)
	return n, err
}
