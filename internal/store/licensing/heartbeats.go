package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// RecordHeartbeat implements licensing.Store. The day's count is kept in the
// pulse while the day lasts; the first heartbeat of another day hands it over to
// the finished day's newest history row.
func (s *Store) RecordHeartbeat(t tx.Tx, v ident.VendorID, a *licensing.Activation, news bool, h licensing.Heartbeat) (int64, error) {
	q, day, at := store.On(t), licensing.DayOf(h.At), h.At.UnixMilli()
	var was, count, counter int64
	if _, err := q.QueryRow(`SELECT last_seen_day, day_count, counter FROM pulses WHERE activation_id = $1 AND vendor_id = $2`+q.Dialect.ForUpdate(),
		[]any{a.ID, v}, &was, &count, &counter); err != nil {
		return 0, err
	}
	if counter > 0 && h.Counter <= counter {
		return counter, nil
	}
	first := was < day || count == 0
	if was < day {
		if count > 0 {
			if err := addToDay(q, v, a.ID, was, count); err != nil {
				return 0, err
			}
		}
		was, count = day, 0
	}
	if err := q.Later(`UPDATE pulses SET last_seen_at = `+q.Dialect.Greatest("last_seen_at", "$1")+`, last_seen_day = $2, day_count = $3, counter = $4
		WHERE activation_id = $5 AND vendor_id = $6`, at, was, count+1, h.Counter, a.ID, v); err != nil {
		return 0, err
	}
	if !news {
		return 0, nil
	}
	if !first {
		written, err := overwriteNewest(q, v, a.ID, day, h)
		if err != nil || written {
			return 0, err
		}
		if err := keepNewest(q, v, a.ID); err != nil {
			return 0, err
		}
	}
	return 0, q.Later(insertHeartbeat.Text, insertHeartbeat.Values(v, &heartbeatRow{a.ID, day, h})...)
}

// What is made of the columns of a history row.
//
//nolint:gochecknoglobals // texts, made once
var (
	insertHeartbeat = store.InsertInto("heartbeats", &heartbeatRow{})
	updateHeartbeat = store.Update("heartbeats", &heartbeatRow{}, `id = ? AND vendor_id = ?`)
)

// heartbeatRow is a row of an activation's history, to be written.
type heartbeatRow struct {
	activation ident.ActivationID
	day        int64
	h          licensing.Heartbeat
}

// Columns implements store.Record.
func (r *heartbeatRow) Columns(c *store.Columns) {
	client := &r.h.Client
	c.Fixed("activation_id", r.activation, nil)
	c.Saved("at", r.h.At.UnixMilli(), nil)
	c.Fixed("day", r.day, nil)
	c.Fixed("day_count", 0, nil)
	c.Saved("software_version", client.SoftwareVersion, nil)
	c.Saved("operating_system", client.OperatingSystem, nil)
	c.Saved("hostname", client.Hostname, nil)
	c.Saved("platform", client.Platform, nil)
	c.Saved("address", client.Address, nil)
	c.Saved("country", client.Country, nil)
	c.Saved("city", store.OrNull(client.City.Name), nil)
	c.Saved("group_id", r.h.GroupID, nil)
	c.Saved("user_id", r.h.UserID, nil)
}

// overwriteNewest writes over the newest history row of a day that has as many as
// it may have: a client whose address or version flaps all day fills no table.
func overwriteNewest(q *store.Tx, v ident.VendorID, a ident.ActivationID, day int64, h licensing.Heartbeat) (bool, error) {
	var rows int64
	var newest store.OptionalInt
	if _, err := q.QueryRow(`SELECT COUNT(*), MAX(id) FROM heartbeats WHERE vendor_id = $1 AND day = $2 AND activation_id = $3`,
		[]any{v, day, a}, &rows, &newest); err != nil || rows < licensing.HistoryOfDay {
		return false, err
	}
	return true, q.Later(updateHeartbeat, store.SavedValues(&heartbeatRow{a, day, h}, newest.V, v)...)
}

// keepNewest makes room for one more history row of an activation. Rows that are
// the first of their day do not call it, and stay for as long as history is kept.
func keepNewest(q *store.Tx, v ident.VendorID, a ident.ActivationID) error {
	return q.Later(`DELETE FROM heartbeats WHERE vendor_id = $1 AND activation_id = $2 AND id <=
		(SELECT id FROM heartbeats WHERE vendor_id = $1 AND activation_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)`,
		v, a, licensing.HistoryOfActivation-1)
}

// ForgetHeartbeats takes history rows of days before an instant out, and tells how many.
func (s *Store) ForgetHeartbeats(ctx context.Context, before time.Time) (int, error) {
	return s.db.Forget(ctx, store.Aged{Table: "heartbeats", Column: "day", Key: "id"}, licensing.DayOf(before))
}

// ForgetDenials takes refusals of before an instant out, and tells how many rows that were.
func (s *Store) ForgetDenials(ctx context.Context, before time.Time) (int, error) {
	n, err := s.db.Forget(ctx, store.Aged{Table: "last_refusals", Column: "day", Key: "license_id, slot"}, licensing.DayOf(before))
	if err != nil {
		return n, err
	}
	counts, err := s.db.Forget(ctx, store.Aged{Table: "denials", Column: "hour", Key: "license_id, reason, hour"}, before.Unix()/3600)
	return n + counts, err
}

// addToDay adds heartbeats to the newest history row of a finished day.
func addToDay(q *store.Tx, v ident.VendorID, a ident.ActivationID, day, count int64) error {
	return q.Later(`UPDATE heartbeats SET day_count = day_count + $1 WHERE id =
		(SELECT MAX(id) FROM heartbeats WHERE vendor_id = $2 AND activation_id = $3 AND day = $4)`, count, v, a, day)
}
