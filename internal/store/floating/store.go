package floating

import (
	"context"
	"time"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store keeps sessions.
type Store struct{ DB *store.DB }

var (
	_ floating.Store  = Store{}
	_ floating.Reader = Store{}
)

// LockCounter implements floating.Store.
func (Store) LockCounter(t tx.Tx, v ident.VendorID, l ident.LicenseID) (floating.Counter, error) {
	q := store.On(t)
	return lock(q, v, l, q.QueryRow)
}

// LockFor implements floating.Store. The session is read in the same round trip:
// each statement sees what was committed before it, and so what the lock guards.
func (Store) LockFor(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID, sessionID string) (c floating.Counter, s *floating.Session, err error) {
	q := store.On(t)
	c, err = lock(q, v, l, func(sqltext string, args []any, dest ...any) (bool, error) {
		found, err := q.RowLater(sqltext, args, dest...)
		if err != nil {
			return false, err
		}
		s, err = one(q.Query(`SELECT `+sessionColumns+` FROM sessions s WHERE s.vendor_id = $1 AND s.license_id = $2 AND s.client_id = $3
			AND s.session_id = $4 AND s.ended_at IS NULL`, v, l, clientID, sessionID))
		return found(), err
	})
	return c, s, err
}

// lock locks a licence's counter, which read reads.
func lock(q *store.Tx, v ident.VendorID, l ident.LicenseID, read func(sqltext string, args []any, dest ...any) (bool, error)) (floating.Counter, error) {
	for {
		c := floating.Counter{License: l}
		var next int64
		found, err := read(`SELECT open_count, next_lapse FROM session_counters WHERE vendor_id = $1 AND license_id = $2`+q.Dialect.ForUpdate(),
			[]any{v, l}, &c.Open, &next)
		if next != 0 {
			c.NextLapse = store.Instant(next)
		}
		if err != nil || found {
			return c, err
		}
		if err := q.Later(`INSERT INTO session_counters (vendor_id, license_id, open_count, next_lapse) VALUES ($1, $2, 0, 0)
			ON CONFLICT DO NOTHING`, v, l); err != nil {
			return c, err
		}
	}
}

// SaveCounter implements floating.Store.
func (Store) SaveCounter(t tx.Tx, v ident.VendorID, c floating.Counter) error {
	var next int64
	if !c.NextLapse.IsZero() {
		next = c.NextLapse.UnixMilli()
	}
	return store.On(t).Later(`UPDATE session_counters SET open_count = $1, next_lapse = $2 WHERE vendor_id = $3 AND license_id = $4`,
		c.Open, next, v, c.License)
}

// Lapsed implements floating.Store.
func (Store) Lapsed(t tx.Tx, v ident.VendorID, l ident.LicenseID, now time.Time, limit int64) (n int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM (SELECT id FROM sessions
		WHERE vendor_id = $1 AND license_id = $2 AND ended_at IS NULL AND check_at <= $3 AND valid_until <= $3 LIMIT $4) AS lapsed`,
		[]any{v, l, now.UnixMilli(), limit}, &n)
	return n, err
}

// settled are the first sessions of a licence that may have lapsed.
const settled = ` AND ended_at IS NULL AND id IN (SELECT id FROM sessions
	WHERE vendor_id = $1 AND license_id = $2 AND ended_at IS NULL AND check_at <= $3 ORDER BY check_at LIMIT $4)`

// Settle implements floating.Store. A session is found by check_at, which a renewal
// leaves as it is: whoever renews moves nothing in an index. One that was renewed is
// to be looked at again when it now lapses.
func (Store) Settle(t tx.Tx, v ident.VendorID, l ident.LicenseID, now time.Time, limit int) (int64, time.Time, error) {
	q, at := store.On(t), now.UnixMilli()
	n, err := q.Exec(`UPDATE sessions SET ended_at = valid_until, end_reason = $5 WHERE vendor_id = $1 AND valid_until <= $3`+settled,
		v, l, at, limit, floating.ByLapse)
	if err != nil {
		return 0, time.Time{}, err
	}
	if err := q.Later(`UPDATE sessions SET check_at = valid_until WHERE vendor_id = $1 AND valid_until > $3`+settled, v, l, at, limit); err != nil {
		return 0, time.Time{}, err
	}
	var next store.OptionalInt
	_, err = q.QueryRow(`SELECT check_at FROM sessions WHERE vendor_id = $1 AND license_id = $2 AND ended_at IS NULL ORDER BY check_at LIMIT 1`,
		[]any{v, l}, &next)
	return n, next.Instant(), err
}

// What is made of the columns of a session.
//
//nolint:gochecknoglobals // texts, made once
var (
	sessionColumns = store.Selected("s", &sessionRow{})
	insertSession  = store.InsertInto("sessions", &sessionRow{})
)

// sessionRow is one row as it comes.
type sessionRow struct {
	s                      floating.Session
	opened, renewed, until int64
	ended                  store.OptionalInt
	reason                 store.OptionalText
}

// Columns implements store.Record. A session is checked for when it ends, at first.
func (r *sessionRow) Columns(c *store.Columns) {
	s := &r.s
	c.Read("id", &s.ID)
	c.Fixed("uuid", s.UUID, &s.UUID)
	c.Fixed("license_id", s.License, &s.License)
	c.Fixed("client_id", s.ClientID, &s.ClientID)
	c.Fixed("session_id", s.SessionID, &s.SessionID)
	c.Fixed("user_id", s.UserID, &s.UserID)
	c.Fixed("is_overuse", store.Bit(s.IsOveruse), &s.IsOveruse)
	c.Fixed("opened_at", store.Millis(s.OpenedAt), &r.opened)
	c.Fixed("renewed_at", store.Millis(s.RenewedAt), &r.renewed)
	c.Fixed("valid_until", store.Millis(s.ValidUntil), &r.until)
	c.Fixed("check_at", store.Millis(s.ValidUntil), nil)
	c.Read("ended_at", &r.ended)
	c.Read("end_reason", &r.reason)
}

func scanSession(scan store.Scan) (floating.Session, error) {
	var r sessionRow
	err := scan(store.Dest(&r)...)
	r.s.OpenedAt, r.s.RenewedAt, r.s.ValidUntil = store.Instant(r.opened), store.Instant(r.renewed), store.Instant(r.until)
	r.s.EndedAt, r.s.EndReason = r.ended.Instant(), floating.Reason(r.reason.V)
	return r.s, err
}

// one gives the only row of a query, or nil.
func one(rows store.Rows, err error) (*floating.Session, error) {
	all, err := store.All[floating.Session](rows, err)(scanSession)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// ByUUID implements floating.Store.
func (Store) ByUUID(t tx.Tx, v ident.VendorID, id ident.UUID) (*floating.Session, error) {
	return one(store.On(t).Query(`SELECT `+sessionColumns+` FROM sessions s WHERE s.vendor_id = $1 AND s.uuid = $2`, v, id))
}

// CountOfClient implements floating.Store.
func (Store) CountOfClient(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID string) (n int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM sessions WHERE vendor_id = $1 AND license_id = $2 AND client_id = $3 AND ended_at IS NULL
		AND valid_until > $4`, []any{v, l, clientID, t.Now().UnixMilli()}, &n)
	return n, err
}

// UserElsewhere implements floating.Store.
func (Store) UserElsewhere(t tx.Tx, v ident.VendorID, l ident.LicenseID, userID, clientID string) (bool, error) {
	var found int
	return store.On(t).QueryRow(`SELECT 1 FROM sessions WHERE vendor_id = $1 AND license_id = $2 AND user_id = $3 AND user_id <> ''
		AND client_id <> $4 AND ended_at IS NULL AND valid_until > $5 LIMIT 1`, []any{v, l, userID, clientID, t.Now().UnixMilli()}, &found)
}

// Insert implements floating.Store.
func (Store) Insert(t tx.Tx, v ident.VendorID, s *floating.Session) error {
	return store.On(t).Later(insertSession.Text, insertSession.Values(v, &sessionRow{s: *s})...)
}

// Renew implements floating.Store.
func (Store) Renew(t tx.Tx, v ident.VendorID, s *floating.Session) error {
	return store.On(t).Later(`UPDATE sessions SET renewed_at = $1, valid_until = $2, user_id = $3,
		check_at = CASE WHEN check_at > $2 THEN $2 ELSE check_at END WHERE vendor_id = $4 AND id = $5`,
		s.RenewedAt.UnixMilli(), s.ValidUntil.UnixMilli(), s.UserID, v, s.ID)
}

// End implements floating.Store.
func (Store) End(t tx.Tx, v ident.VendorID, s *floating.Session) error {
	return store.On(t).Later(`UPDATE sessions SET ended_at = $1, end_reason = $2 WHERE vendor_id = $3 AND id = $4`,
		s.EndedAt.UnixMilli(), s.EndReason, v, s.ID)
}

// EndOfClient implements floating.Store.
func (Store) EndOfClient(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID string, reason floating.Reason, at time.Time) (int64, error) {
	return store.On(t).Exec(`UPDATE sessions SET ended_at = CASE WHEN valid_until <= $1 THEN valid_until ELSE $1 END,
			end_reason = CASE WHEN valid_until <= $1 THEN 'lapsed' ELSE $2 END
		WHERE vendor_id = $3 AND license_id = $4 AND client_id = $5 AND ended_at IS NULL`, at.UnixMilli(), reason, v, l, clientID)
}

// CountDenial implements floating.Store.
func (Store) CountDenial(t tx.Tx, v ident.VendorID, l ident.LicenseID, reason int, at time.Time) (n int64, err error) {
	_, err = store.On(t).QueryRow(`INSERT INTO denials (vendor_id, license_id, reason, hour, denied) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (vendor_id, license_id, reason, hour) DO UPDATE SET denied = denials.denied + 1 RETURNING denied`,
		[]any{v, l, reason, at.Unix() / 3600}, &n)
	return n, err
}

// NoteRefused implements floating.Store.
func (s Store) NoteRefused(t tx.Tx, v ident.VendorID, l ident.LicenseID, r floating.Refused) error {
	return s.DB.NoteRefused(t, v, store.Refused{License: l, At: r.At, Reason: r.Reason, ClientID: r.ClientID, Address: r.Address})
}

// Old implements floating.Reader. Sessions are numbered as they are opened, so
// those that were opened before an instant come first.
func (s Store) Old(ctx context.Context, before time.Time, after int64, limit int) ([]floating.Old, error) {
	rows, err := s.DB.Query(ctx, `SELECT s.vendor_id, s.id, CASE WHEN s.ended_at < $1 THEN 1 ELSE 0 END
		FROM (SELECT vendor_id, id, opened_at, ended_at FROM sessions WHERE id > $2 ORDER BY id LIMIT $3) AS s
		WHERE s.opened_at < $4 ORDER BY s.id`, before.UnixMilli(), after, limit, before.UnixMilli())
	return store.All[floating.Old](rows, err)(func(scan store.Scan) (o floating.Old, err error) {
		var vendor int64
		err = scan(&vendor, &o.ID, &o.Over)
		o.Vendor = ident.VendorOf(vendor)
		return o, err
	})
}

// Forget implements floating.Store.
func (Store) Forget(t tx.Tx, v ident.VendorID, id int64) error {
	_, err := store.On(t).Exec(`DELETE FROM sessions WHERE vendor_id = $1 AND id = $2 AND ended_at IS NOT NULL`, v, id)
	return err
}
