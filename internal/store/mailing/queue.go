package mailing

import (
	"context"
	"database/sql"
	"time"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Due implements mailing.Queue.
func (s Store) Due(ctx context.Context, now time.Time) (bool, error) {
	var one int
	return s.DB.QueryRow(ctx, `SELECT 1 FROM mails WHERE state = 'queued' AND next_attempt_at <= $1 LIMIT 1`, []any{now.UnixMilli()}, &one)
}

// NextAttempt gives when a mail is tried next after an instant, in milliseconds; zero for never.
func (s Store) NextAttempt(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.DB.QueryRow(ctx, `SELECT MIN(next_attempt_at) FROM mails WHERE state = 'queued' AND next_attempt_at > $1`, []any{now.UnixMilli()}, &at)
	return at.V, err
}

// Claim implements mailing.Queue.
func (Store) Claim(t tx.Tx, limit int, until time.Time) ([]mailing.Claimed, error) {
	s := store.On(t)
	type key struct{ vendor, id int64 }
	due, err := store.All[key](s.Query(`SELECT vendor_id, id FROM mails WHERE state = 'queued' AND next_attempt_at <= $1
		ORDER BY next_attempt_at, id LIMIT $2`+s.Dialect.ForUpdateSkipLocked(), t.Now().UnixMilli(), limit))(
		func(scan store.Scan) (k key, err error) { return k, scan(&k.vendor, &k.id) })
	if err != nil {
		return nil, err
	}
	claimed := make([]mailing.Claimed, 0, len(due))
	for _, k := range due {
		if _, err := s.Exec(`UPDATE mails SET attempts = attempts + 1, next_attempt_at = $1 WHERE vendor_id = $2 AND id = $3`,
			until.UnixMilli(), k.vendor, k.id); err != nil {
			return nil, err
		}
		var r row
		c := mailing.Claimed{Vendor: ident.VendorOf(k.vendor)}
		if _, err := s.QueryRow(`SELECT `+columns+`, CASE WHEN v.shown_name <> '' THEN v.shown_name ELSE v.name END
			FROM mails m JOIN vendors v ON v.id = m.vendor_id WHERE m.vendor_id = $1 AND m.id = $2`,
			[]any{k.vendor, k.id}, append(store.Dest(&r), &c.VendorName)...); err != nil {
			return nil, err
		}
		c.Mail = r.Mail
		claimed = append(claimed, c)
	}
	return claimed, nil
}

// Settle implements mailing.Queue. Who claimed a mail is told by its attempts.
func (Store) Settle(t tx.Tx, c mailing.Claimed, state mailing.State, failure string, next time.Time) error {
	var sent any
	if state == mailing.Sent {
		sent = t.Now().UnixMilli()
	}
	sqltext := `UPDATE mails SET state = $1, error = $2, next_attempt_at = $3, sent_at = COALESCE($4, sent_at)`
	if state != mailing.Queued {
		sqltext += `, sealed = NULL`
	}
	_, err := store.On(t).Exec(sqltext+` WHERE vendor_id = $5 AND uuid = $6 AND state = 'queued' AND attempts = $7`,
		state, failure, next.UnixMilli(), sent, c.Vendor, c.UUID, c.Attempts)
	return err
}

// Forget removes what is older than a year, in portions, and tells how many.
func (s Store) Forget(ctx context.Context, now time.Time) (int, error) {
	const keep, portion = 365 * 24 * time.Hour, 1000
	total := 0
	for n := int64(portion); n == portion; {
		if err := s.DB.Run(ctx, func(t tx.Tx) (err error) {
			n, err = store.On(t).Exec(`DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE at <= $1 AND state <> 'queued' ORDER BY at LIMIT $2)`,
				now.Add(-keep).UnixMilli(), portion)
			return err
		}); err != nil {
			return total, err
		}
		total += int(n)
	}
	return total, nil
}
