package cli

import (
	"context"
	"fmt"
	"time"

	"chancery/internal/wiring"
)

type clockCommand struct {
	Confirm clockConfirm `cmd:"" help:"Confirm the time after the clock has leapt, so that prepaid devices are charged again."`
}

type clockConfirm struct{ storageFlags }

// Run implements the command: it tells every running copy of the server that the time which
// the clock shows now is right.
func (c *clockConfirm) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		at, err := r.ConfirmClock(ctx)
		if err == nil {
			fmt.Fprintf(s.out, "The time is %s. Running servers go by it within a few seconds.\n", at.UTC().Format(time.RFC3339))
		}
		return err
	})
}
