package store

import (
	"context"
	"time"

	"chancery/internal/tx"
)

// Claim takes or extends the lease of this name for holder until an instant. It
// fails, without an error, while another holder's lease runs.
func Claim(t tx.Tx, name, holder string, until time.Time) (bool, error) {
	n, err := On(t).Exec(`INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.holder = excluded.holder OR leases.until <= $4`,
		name, holder, until.UnixMilli(), t.Now().UnixMilli())
	return n == 1, err
}

// Seize takes the lease of this name for holder until an instant, whoever has it.
func Seize(t tx.Tx, name, holder string, until time.Time) error {
	_, err := On(t).Exec(`INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until`, name, holder, until.UnixMilli())
	return err
}

// Holds reports whether holder's lease runs, and keeps others from taking it
// until the transaction ends.
func Holds(t tx.Tx, name, holder string) (bool, error) {
	s := On(t)
	var until int64
	found, err := s.QueryRow(`SELECT until FROM leases WHERE name = $1 AND holder = $2`+s.Dialect.ForUpdate(), []any{name, holder}, &until)
	return found && until > t.Now().UnixMilli(), err
}

// Release gives a lease up.
func Release(t tx.Tx, name, holder string) error {
	_, err := On(t).Exec(`UPDATE leases SET until = 0 WHERE name = $1 AND holder = $2`, name, holder)
	return err
}

// ServerTime reads the database server's clock; ok is false on the embedded
// engine, which has none but the machine's.
func (db *DB) ServerTime(ctx context.Context) (now time.Time, ok bool, err error) {
	if db.Dialect.Name() != postgresName {
		return time.Time{}, false, nil
	}
	var us int64
	_, err = db.QueryRow(ctx, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)", nil, &us)
	return time.UnixMicro(us).UTC(), err == nil, err
}

// SchemaVersion reads the newest migration applied, and which one a program must
// know to serve the schema.
func (db *DB) SchemaVersion(ctx context.Context) (current, since int64, err error) {
	if _, err = db.QueryRow(ctx, "SELECT MAX(version_id) FROM goose_db_version", nil, &current); err != nil {
		return 0, 0, err
	}
	_, err = db.QueryRow(ctx, selectSince, nil, &since)
	return current, since, err
}
