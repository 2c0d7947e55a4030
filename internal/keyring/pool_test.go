package keyring

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"chancery/internal/fault"
)

func TestPool(t *testing.T) {
	t.Parallel()
	p := newPool(1, 1)
	started, release := make(chan struct{}), make(chan struct{})
	go func() {
		_ = p.do(context.Background(), func() error { close(started); <-release; return nil })
	}()
	<-started
	waiter := make(chan error, 1)
	go func() { waiter <- p.do(context.Background(), func() error { return nil }) }()
	for p.waiting.Load() == 0 { // until it waits
		if len(waiter) > 0 {
			t.Fatal("ran without a free slot")
		}
		runtime.Gosched()
	}
	err := p.do(context.Background(), func() error { t.Error("ran over the queue"); return nil })
	if f := fault.As(err); f == nil || f.Kind != fault.Throttled || f.RetryAfter == 0 {
		t.Errorf("queue full: %v", err)
	}
	close(release)
	if err := <-waiter; err != nil {
		t.Errorf("the one that waited: %v", err)
	}
	if n := p.waiting.Load(); n != 0 {
		t.Errorf("%d still counted as waiting", n)
	}
}

func TestPoolGivesUpWithItsCaller(t *testing.T) {
	t.Parallel()
	p := newPool(1, 1)
	p.slots <- struct{}{}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.do(ctx, func() error { t.Error("ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := p.waiting.Load(); n != 0 {
		t.Errorf("%d still counted as waiting", n)
	}
}
