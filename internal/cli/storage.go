package cli

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"chancery/internal/setup"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// masterKeyVariable holds the master keys where no file does.
const masterKeyVariable = "CHANCERY_MASTER_KEY"

// storageFlags are those of every command that works on the database.
type storageFlags struct {
	Data          string `help:"Data directory of the embedded database. Default: ./data." default:"./data" placeholder:"DIR"`
	Database      string `help:"PostgreSQL instead: postgres://user:password@host/name." placeholder:"URL"`
	MasterKeyFile string `help:"File with the master key; $$CHANCERY_MASTER_KEY goes before it. Default: master.key in the data directory." placeholder:"FILE"`
}

func (f storageFlags) storage() (wiring.Storage, error) {
	if f.Database != "" && !strings.HasPrefix(f.Database, "postgres://") && !strings.HasPrefix(f.Database, "postgresql://") {
		return wiring.Storage{}, setup.Wrong("--database must begin with postgres://; leave it out for the embedded database.", nil)
	}
	return wiring.Storage{Dir: f.Data, URL: f.Database, MasterKey: environment(masterKeyVariable), MasterKeyFile: f.MasterKeyFile}, nil
}

// withRooms opens a database that is there for one command, beside a running
// server or not. Where there is none it makes none: a backup or a proof of an empty
// database that a mistyped path has just made would say that all is well.
func (f storageFlags) withRooms(do func(ctx context.Context, r *wiring.Rooms) error) error {
	s, err := f.storage()
	if err != nil {
		return err
	}
	if err := mustExist(s); err != nil {
		return err
	}
	return withRooms(s, do)
}

// withNewRooms is withRooms for a command that also makes the database.
func (f storageFlags) withNewRooms(do func(ctx context.Context, r *wiring.Rooms) error) error {
	s, err := f.storage()
	if err != nil {
		return err
	}
	return withRooms(s, do)
}

// mustExist refuses storage in which no database was made yet.
func mustExist(s wiring.Storage) error {
	none := setup.Wrong("There is no database in "+s.Dir+": name its directory with --data, or make one with `chancery vendor create`.", nil)
	if s.URL != "" {
		none = setup.Wrong("The database of --database holds nothing of Chancery yet: name the right one, or begin with `chancery vendor create`.", nil)
	} else if _, err := os.Stat(filepath.Join(s.Dir, store.FileName)); errors.Is(err, fs.ErrNotExist) {
		return none
	}
	status, err := store.Schema(context.Background(), s.Config(slog.New(slog.DiscardHandler), nil))
	if err == nil && status.Current == 0 {
		return none
	}
	return err
}

func withRooms(s wiring.Storage, do func(ctx context.Context, r *wiring.Rooms) error) error {
	ctx := tx.WithActor(context.Background(), tx.Actor{Kind: "system", Name: "command line"})
	log := slog.New(slog.DiscardHandler)
	if _, err := wiring.PrepareSchema(ctx, s, log, false); err != nil {
		return err
	}
	r, err := wiring.OpenRooms(ctx, s, log)
	if err != nil {
		return err
	}
	if err := do(ctx, r); err != nil {
		_ = r.Close() // the first error says more
		return err
	}
	return r.Close()
}
