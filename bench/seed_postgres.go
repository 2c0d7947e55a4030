package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

type postgresSink struct{ db *pgx.Conn }

func (s postgresSink) insert(ctx context.Context, table string, columns []string, rows int, row func(i int) []any) error {
	// Constraints are the program's affair; the seed is trusted.
	if _, err := s.db.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return err
	}
	_, err := s.db.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(rows, func(i int) ([]any, error) {
		values := row(i)
		for k, v := range values {
			if u, ok := v.(interface{ Value() (any, error) }); ok {
				values[k], _ = u.Value()
			}
		}
		return values, nil
	}))
	return err
}

func (s postgresSink) exec(ctx context.Context, text string, args ...any) error {
	_, err := s.db.Exec(ctx, text, args...)
	return err
}

func (s postgresSink) number(ctx context.Context, text string, args ...any) (n int64, err error) {
	return n, s.db.QueryRow(ctx, text, args...).Scan(&n)
}

func (s postgresSink) close() error { return s.db.Close(context.Background()) }

func (s postgresSink) finish(ctx context.Context) error {
	for table := range strings.FieldsSeq("products editions customers licenses tokens devices activations heartbeats meters consumptions sessions subscriptions") {
		if _, err := s.db.Exec(ctx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', 'id'), (SELECT MAX(id) FROM %s))", table, table)); err != nil {
			return fmt.Errorf("sequence of %s: %w", table, err)
		}
	}
	_, err := s.db.Exec(ctx, "VACUUM ANALYZE")
	return err
}
