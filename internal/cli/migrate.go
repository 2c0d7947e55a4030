package cli

import (
	"context"
	"fmt"
	"log/slog"

	"chancery/internal/store"
	"chancery/internal/wiring"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the schema up to date. An embedded database is copied before."`
	Status migrateStatus `cmd:"" help:"Show where the schema stands."`
}

type migrateUp struct{ storageFlags }

// Run implements the command.
func (c *migrateUp) Run(s streams) error {
	storage, err := c.storage()
	if err != nil {
		return err
	}
	known, err := wiring.PrepareSchema(context.Background(), storage, slog.New(slog.DiscardHandler), true)
	if err == nil {
		fmt.Fprintf(s.out, "The schema is at %d.\n", known)
	}
	return err
}

type migrateStatus struct {
	storageFlags

	JSON bool `help:"Print JSON."`
}

// Run implements the command.
func (c *migrateStatus) Run(s streams) error {
	storage, err := c.storage()
	if err != nil {
		return err
	}
	status, err := store.Schema(context.Background(), storage.Config(slog.New(slog.DiscardHandler), nil))
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]int64{"current": status.Current, "known": status.Known})
	}
	fmt.Fprintf(s.out, "The schema is at %d; this program knows %d.\n", status.Current, status.Known)
	return nil
}
