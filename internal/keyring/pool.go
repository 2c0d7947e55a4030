package keyring

import (
	"context"
	"sync/atomic"
)

// pool bounds how many expensive signatures are made at once and how many wait.
type pool struct {
	slots   chan struct{}
	waiting *atomic.Int64
	queue   int64
}

func newPool(workers, queue int) pool {
	return pool{slots: make(chan struct{}, workers), waiting: new(atomic.Int64), queue: int64(queue)}
}

// do runs fn on a free slot, in the order of arrival; with the queue full it is errBusy.
func (p pool) do(ctx context.Context, fn func() error) error {
	select {
	case p.slots <- struct{}{}:
	default:
		if p.waiting.Add(1) > p.queue {
			p.waiting.Add(-1)
			return errBusy()
		}
		select {
		case p.slots <- struct{}{}:
			p.waiting.Add(-1)
		case <-ctx.Done():
			p.waiting.Add(-1)
			return context.Cause(ctx)
		}
	}
	defer func() { <-p.slots }()
	return fn()
}
