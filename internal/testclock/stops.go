package testclock

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Work is periodic work as the test clock sees it.
type Work struct {
	Name  string
	Every time.Duration // how often the server does it

	// Next gives the first instant after now at which there is something to do, as
	// far as is known now; zero for none. Nil: no instant makes work of this kind, it
	// follows from other changes.
	Next func(ctx context.Context, now time.Time) (time.Time, error)

	// Run does what there is to do, and tells how much that was.
	Run func(ctx context.Context) (int, error)
}

// Daily is the Next of work whose instant nobody waits for, such as forgetting what is
// old: it is enough to do it once a day.
func Daily(_ context.Context, now time.Time) (time.Time, error) {
	return now.Truncate(24 * time.Hour).Add(24 * time.Hour), nil
}

// At is the Next of an instant that is looked up: what lies beyond now, in milliseconds
// since 1970; zero for none.
func At(look func(ctx context.Context, now time.Time) (int64, error)) func(context.Context, time.Time) (time.Time, error) {
	return func(ctx context.Context, now time.Time) (time.Time, error) {
		at, err := look(ctx, now)
		if err != nil || at == 0 {
			return time.Time{}, err
		}
		return time.UnixMilli(at).UTC(), nil
	}
}

// turn is when work that is due at an instant has its turn: the server looks every now
// and then, and much that is due at about one time is done at one stop.
func (w Work) turn(due time.Time) time.Time {
	every := max(w.Every, time.Second)
	if at := due.Truncate(every); !at.Before(due) {
		return at
	}
	return due.Truncate(every).Add(every)
}

// stop is an instant at which the clock stops, and what is due there.
type stop struct {
	at  time.Time // zero for none
	due []int     // of the works
}

// next finds the first stop after now and before an end.
func next(ctx context.Context, works []Work, now, end time.Time) (stop, error) {
	var s stop
	for i, w := range works {
		if w.Next == nil {
			continue
		}
		due, err := w.Next(ctx, now)
		if err != nil {
			return stop{}, fmt.Errorf("when %q is due: %w", w.Name, err)
		}
		if due.IsZero() {
			continue
		}
		at := w.turn(due)
		switch {
		case !at.After(now) || !at.Before(end) || !s.at.IsZero() && at.After(s.at):
		case at.Equal(s.at):
			s.due = append(s.due, i)
		default:
			s = stop{at, []int{i}}
		}
	}
	return s, nil
}

// all are the indexes of all works, for the last stop.
func all(works []Work) []int {
	due := make([]int, len(works))
	for i := range works {
		due[i] = i
	}
	return due
}

// follows are the works that no instant makes, and those that are looked for at every
// stop, because other work leaves something to them.
func follows(works []Work) []int {
	return slices.DeleteFunc(all(works), func(i int) bool { return works[i].Next != nil && works[i].Every > time.Second })
}
