package cli

import (
	"context"
	"fmt"

	"chancery/internal/observe"
	"chancery/internal/setup"
	"chancery/internal/tx"
	"chancery/internal/visible"
	"chancery/internal/wiring"
)

type observeCommand struct {
	Keep    observeKeep    `cmd:"" help:"Set for how long a vendor's usage events are kept, and of which products they are taken."`
	Rebuild observeRebuild `cmd:"" help:"Count a vendor's figures anew from the events that are kept, also while the server runs."`
}

type observeKeep struct {
	ofVendor

	Days      *int64 `help:"For how many days events are kept, 30 to 3650." placeholder:"DAYS"`
	KnownOnly *bool  `help:"Take events only of products that were named before or stand in the catalogue." negatable:""`
}

// Run implements the command.
func (c *observeKeep) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		set, err := r.ObservedRows.Settings(ctx, v.ID)
		if err != nil {
			return err
		}
		if c.Days != nil {
			set.RetentionDays = *c.Days
		}
		if c.KnownOnly != nil {
			set.KnownOnly = *c.KnownOnly
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error { return r.Keeping.Set(t, v.ID, set) }); err != nil {
			return setup.Of(err)
		}
		products := "any product"
		if set.KnownOnly {
			products = "known products only"
		}
		fmt.Fprintf(s.out, "%s keeps usage events for %d days, and takes those of %s.\n", visible.Text(v.Name), set.RetentionDays, products)
		return nil
	})
}

type observeRebuild struct{ ofVendor }

// Run implements the command. A running server carries the work out too; whichever does a
// step, it is done once.
func (c *observeRebuild) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error { return r.Folding.BeginRebuild(t, v.ID) }); err != nil {
			return setup.Of(err)
		}
		for {
			if _, _, err := r.Folding.Step(ctx, v.ID); err != nil {
				return err
			}
			state, err := r.ObservedRows.State(ctx, v.ID)
			if err != nil {
				return err
			}
			if state.Rebuild.Phase == observe.NoRebuild {
				fmt.Fprintf(s.out, "The figures of %s are counted anew.\n", visible.Text(v.Name))
				return nil
			}
		}
	})
}
