package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const sqlCommit = "commit"

// sendBatch sends statements in one round trip, and gives the first error.
func sendBatch(ctx context.Context, conn *sql.Conn, all []statement) error {
	if len(all) == 1 && all[0].sqltext == sqlCommit {
		return commitAlone(ctx, conn)
	}
	var batch pgx.Batch
	for _, s := range all {
		args, err := plain(s.args)
		if err != nil {
			return err
		}
		batch.Queue(s.sqltext, args...)
	}
	return conn.Raw(func(raw any) (err error) {
		line, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("store: a connection of another driver: %T", raw) // a wiring defect
		}
		results := line.Conn().SendBatch(ctx, &batch)
		defer func() { err = errors.Join(err, results.Close()) }()
		for _, s := range all {
			tag, err := results.Exec()
			if err != nil {
				return err //nolint:wrapcheck // judged by its type
			}
			if s.sqltext == sqlCommit {
				return judgeCommit(tag)
			}
		}
		return nil
	})
}

func commitAlone(ctx context.Context, conn *sql.Conn) error {
	return conn.Raw(func(raw any) error {
		line, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("store: a connection of another driver: %T", raw) // a wiring defect
		}
		tag, err := line.Conn().Exec(ctx, sqlCommit)
		if err != nil {
			return err //nolint:wrapcheck // judged by its type
		}
		return judgeCommit(tag)
	})
}

// judgeCommit: a transaction that has failed is rolled back by its commit.
func judgeCommit(tag pgconn.CommandTag) error {
	if tag.String() != "COMMIT" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// plain gives arguments as database/sql gives them to its drivers.
func plain(args []any) ([]any, error) {
	all := make([]any, len(args))
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("store: argument %d: %w", i+1, err)
		}
		all[i] = v
	}
	return all, nil
}
