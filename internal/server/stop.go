package server

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// mostHeld is how long one transaction of a server may take. Those that are to
// touch many rows go in portions, of a few hundredths of a second each.
const mostHeld = 5 * time.Second

// closingShare is the part of the time to stop in that is kept for what comes
// after the calls: to end what is still under way, and to close the database.
const closingShare = 10

var errHeldUp = errors.New("the server stopped without closing its database: a change would not end; nothing of it was kept")

func (a *Server) shutdown(ctx context.Context) error {
	a.health.stopping.Store(true)
	if a.listener != nil && a.c.Drain > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(a.c.Drain):
		}
	}
	if a.figures != nil {
		_ = a.figures.Close() // nobody waits for figures
	}
	calls, cancel := beforehand(ctx)
	defer cancel()
	err := a.server.Shutdown(calls)
	if err != nil {
		a.c.Log.Warn("calls were cut off at the deadline", slog.Any("error", err))
		err = a.server.Close()
	}
	a.periodic.Stop(calls)
	if a.background != nil {
		a.background()
	}
	err = errors.Join(err, a.close(ctx, calls))
	a.c.Log.Info("stopped")
	return err
}

// beforehand gives the time that calls have, of all that there is.
func beforehand(ctx context.Context) (context.Context, context.CancelFunc) {
	end, bounded := ctx.Deadline()
	if !bounded {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/closingShare))
}

// close waits for the work in the background and closes the database. What has not
// ended when calls is over is ended; what will not end is left behind when ctx is.
func (a *Server) close(ctx, calls context.Context) error {
	closed := make(chan error, 1)
	go func() {
		a.working.Wait()
		closed <- a.rooms.Close()
	}()
	select {
	case err := <-closed:
		return err
	case <-calls.Done():
	}
	a.c.Log.Warn("changes were cut off at the deadline; nothing of them was kept")
	a.rooms.DB.Halt()
	select {
	case err := <-closed:
		return err
	case <-ctx.Done():
		return errHeldUp
	}
}
