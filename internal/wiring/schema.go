package wiring

import (
	"context"
	"fmt"
	"log/slog"

	"chancery/internal/setup"
	"chancery/internal/store"
)

// PrepareSchema brings an empty database up to this release's schema, and with
// upgrade an older one too, and tells which one it needs. One that a newer program
// has migrated is served while that release lets this one.
func PrepareSchema(ctx context.Context, s Storage, log *slog.Logger, upgrade bool) (known int64, err error) {
	c := s.Config(log, s.Clock)
	status, err := store.Schema(ctx, c)
	if err != nil {
		return 0, fmt.Errorf("the database can't be opened: %w", err)
	}
	switch {
	case !status.Served():
		return 0, setup.Wrong(fmt.Sprintf("This database has schema %d and this program knows %d only: use the newer program that made it.",
			status.Current, status.Known), nil)
	case status.Newer():
		log.Info("the schema is a newer release's, which serves this one too", slog.Int64("schema", status.Current), slog.Int64("known", status.Known))
		return status.Known, nil
	case status.Current == status.Known:
		return status.Known, nil
	case status.Current > 0 && !upgrade:
		return 0, setup.Wrong(fmt.Sprintf("This database has schema %d and this program needs %d: "+
			"run `chancery migrate up`, or restart the server with this program.",
			status.Current, status.Known), nil)
	}
	log.Info("bringing the schema up to date", slog.Int64("from", status.Current), slog.Int64("to", status.Known))
	return status.Known, store.Migrate(ctx, c)
}
