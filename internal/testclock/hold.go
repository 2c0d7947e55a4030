package testclock

import (
	"context"
	"log/slog"
	"time"

	"chancery/internal/fault"
	"chancery/internal/tx"
)

// Noted is what is remembered of a request to move the clock.
type Noted struct {
	From   time.Time     // where it began
	Left   time.Duration // how far it is still to go
	Report *Report       // what it was answered; nil until it was
}

// Memory remembers requests, so that one that is sent again moves the clock no further,
// and one whose server died on the way goes on.
type Memory interface {
	Recall(t tx.Tx) (was Noted, found bool, err error)
	Remember(t tx.Tx, at time.Time, n Noted) error
}

// hold waits until nobody else moves the clock, and keeps others from it. What the
// request was answered before is all that there is to it, and nothing is held.
func (m *move) hold(ctx context.Context, by time.Duration) (answered *Report, err error) {
	for {
		held := false
		err := m.Runner.Run(ctx, func(t tx.Tx) (err error) {
			answered, held, err = m.take(t, by)
			return err
		})
		if err != nil || held {
			return answered, err
		}
		select {
		case <-ctx.Done():
			return nil, busy(context.Cause(ctx))
		case <-time.After(takeEvery):
		}
	}
}

// take holds the clock, unless another moves it.
func (m *move) take(t tx.Tx, by time.Duration) (answered *Report, held bool, err error) {
	now := m.Clock.Real.Now()
	state, err := m.Store.Lock(t)
	switch {
	case err != nil:
		return nil, false, err
	case !state.On():
		return nil, false, errNone()
	case state.MovedBy != "" && now.Before(state.MovedUntil):
		return nil, false, nil
	}
	was, found, err := m.memory.Recall(t)
	switch {
	case err != nil:
		return nil, false, err
	case found && was.Report != nil:
		return was.Report, true, nil
	case found:
		by = was.Left
	case state.Ahead+by > mostAhead:
		return nil, false, fault.Wrong(fault.Field{Name: codeField, Message: "would take the test clock more than 100 years ahead"})
	default:
		was.From = now.Add(state.Ahead).Truncate(time.Millisecond)
	}
	m.began, m.goal, m.noted = state.Ahead, state.Ahead+by, was
	state.MovedBy, state.MovedUntil = m.holder, now.Add(heldFor)
	if err := m.Store.Save(t, state); err != nil {
		return nil, false, err
	}
	return nil, true, m.remember(t, state.Ahead)
}

// remember notes how far the request has come.
func (m *move) remember(t tx.Tx, ahead time.Duration) error {
	return m.memory.Remember(t, m.Clock.Real.Now().Add(ahead), Noted{From: m.noted.From, Left: m.goal - ahead})
}

// stay tells others every now and then that the one who holds the clock lives. leave ends
// that, and lets others move the clock.
func (m *move) stay(ctx context.Context) (leave func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(holdEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := m.mine(ctx, m.holder, m.Clock.Real.Now().Add(heldFor)); err != nil && ctx.Err() == nil {
				m.Log.Warn("others may take this move of the test clock for dead", slog.Any("error", err))
			}
		}
	}()
	return func() {
		cancel()
		<-gone
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeWithin)
		defer cancel()
		if err := m.mine(ctx, "", time.Time{}); err != nil {
			m.Log.Warn("others must wait before they can move the test clock", slog.Any("error", err))
		}
	}
}

// mine changes who holds the clock, while it is this move.
func (m *move) mine(ctx context.Context, by string, until time.Time) error {
	return m.Runner.Run(ctx, func(t tx.Tx) error {
		state, err := m.Store.Lock(t)
		if err != nil || state.MovedBy != m.holder {
			return err
		}
		state.MovedBy, state.MovedUntil = by, until
		return m.Store.Save(t, state)
	})
}

func busy(cause error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "test_clock_busy", Message: "The test clock is being moved by another call.",
		Help: "Try again when that one has been answered.", RetryAfter: time.Second, Cause: cause,
	}
}
