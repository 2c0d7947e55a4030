package app

import (
	"context"
	"log/slog"
	"strings"

	"chancery/internal/tx"
)

// storageFlags are those of every command that works on the database.
type storageFlags struct {
	Data          string `help:"Data directory of the embedded database. Default: ./data." default:"./data" placeholder:"DIR"`
	Database      string `help:"PostgreSQL instead: postgres://user:password@host/name." placeholder:"URL"`
	MasterKeyFile string `help:"File with the master key; $$CHANCERY_MASTER_KEY goes before it. Default: master.key in the data directory." placeholder:"FILE"`
}

func (f storageFlags) storage() (Storage, error) {
	if f.Database != "" && !strings.HasPrefix(f.Database, "postgres://") && !strings.HasPrefix(f.Database, "postgresql://") {
		return Storage{}, usage("--database must begin with postgres://; leave it out for the embedded database.", nil)
	}
	return Storage{Dir: f.Data, URL: f.Database, MasterKey: environment("CHANCERY_MASTER_KEY"), MasterKeyFile: f.MasterKeyFile}, nil
}

// withRooms opens the database for one command, beside a running server or not.
func (f storageFlags) withRooms(do func(ctx context.Context, r *Rooms) error) error {
	ctx := tx.WithActor(context.Background(), tx.Actor{Kind: "system", Name: "command line"})
	s, err := f.storage()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if _, err := prepareSchema(ctx, s, log, false); err != nil {
		return err
	}
	r, err := OpenRooms(ctx, s, log)
	if err != nil {
		return err
	}
	if err := do(ctx, r); err != nil {
		_ = r.Close() // the first error says more
		return err
	}
	return r.Close()
}
