package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"chancery/internal/setup"
	"chancery/internal/store"
	"chancery/internal/store/backup"
	"chancery/internal/wiring"
)

type backupCommand struct {
	storageFlags

	File string `arg:"" help:"File to write, which must not exist yet." placeholder:"FILE"`
}

// Run implements the command. The file appears under its name only when it is whole.
func (c *backupCommand) Run(s streams) error {
	if _, err := os.Stat(c.File); !errors.Is(err, fs.ErrNotExist) {
		return setup.Wrong(c.File+" is there already: name a new file.", err)
	}
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) (err error) {
		schema, err := store.Schema(ctx, store.Config{URL: c.Database, Dir: c.Data})
		if err != nil {
			return err
		}
		if schema.Newer() {
			return setup.Wrong("This database was migrated by a newer program, and this one would leave out what is new: make the backup with that one.", nil)
		}
		f, err := os.CreateTemp(filepath.Dir(c.File), ".backup-*")
		if err != nil {
			return fmt.Errorf("the backup can't be written: %w", err)
		}
		defer os.Remove(f.Name()) //nolint:errcheck // gone once it has its name
		rows, err := backup.Write(ctx, r.DB, schema.Current, r.Clock.Now(), f)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		if err := os.Link(f.Name(), c.File); err != nil {
			return fmt.Errorf("the backup can't be written: %w", err)
		}
		fmt.Fprintf(s.out, "%d rows are in %s.\nThe master key is not: keep it apart, without it the keys in the backup can't be opened.\n", rows, c.File)
		return nil
	})
}

type restoreCommand struct {
	storageFlags

	File string `arg:"" help:"A backup, of either engine." placeholder:"FILE" type:"existingfile"`
}

// Run implements the command.
func (c *restoreCommand) Run(s streams) error {
	storage, err := c.storage()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return setup.Wrong("The backup can't be opened.", err)
	}
	defer f.Close()
	ctx := context.Background()
	rows, err := backup.Read(ctx, storage.Config(slog.New(slog.DiscardHandler), nil), f)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d rows were restored.\n", rows)
	r, err := wiring.OpenRooms(ctx, storage, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(s.out, "Now put the master key of the backed-up server in its place, and run `chancery verify`.")
		return nil
	}
	return r.Close()
}
