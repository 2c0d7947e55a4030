package server

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/testclock"
	"chancery/internal/tx"
)

const (
	leaseName   = "periodic"
	leaseLength = 30 * time.Second
	leaseRenew  = 10 * time.Second
)

// Job is work that one copy of the server does now and then.
type Job = testclock.Work

// Its Run must bear to be run again, and for a moment by two copies: what it changes it
// looks at again under a lock. InTx is exact.

// Periodic runs jobs while it holds the lease row that all copies compete for.
// When a copy dies, another takes over within half a minute.
type Periodic struct {
	runner tx.Runner
	log    *slog.Logger
	holder string
	jobs   []Job

	running *semaphore.Weighted // one of each job that runs, all while somebody has paused them

	cancel context.CancelFunc
	done   chan struct{}
	stop   sync.Once
}

// mostJobs is more than there ever are.
const mostJobs = 1000

// NewPeriodic makes a Periodic without jobs.
func NewPeriodic(runner tx.Runner, ids ident.Source, log *slog.Logger) *Periodic {
	return &Periodic{runner: runner, log: log, holder: ids.V4().String(), running: semaphore.NewWeighted(mostJobs), done: make(chan struct{})}
}

// Add adds jobs; not after Start.
func (p *Periodic) Add(jobs ...Job) { p.jobs = append(p.jobs, jobs...) }

// InTx makes a job's Run of a function that is one short transaction. It runs
// only while this copy holds the lease, which nobody can take meanwhile.
func (p *Periodic) InTx(fn func(t tx.Tx) error) func(ctx context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		return 0, p.runner.Run(ctx, func(t tx.Tx) error {
			held, err := store.Holds(t, leaseName, p.holder)
			if err != nil || !held {
				return err
			}
			return fn(t)
		})
	}
}

// Pause waits until no job runs in this process, and keeps them from running until
// resume is called.
func (p *Periodic) Pause(ctx context.Context) (resume func(), err error) {
	if err := p.running.Acquire(ctx, mostJobs); err != nil {
		return nil, err
	}
	return func() { p.running.Release(mostJobs) }, nil
}

// Lead takes the lease from whoever has it, as of an instant.
func (p *Periodic) Lead(t tx.Tx, at time.Time) error {
	return store.Seize(t, leaseName, p.holder, at.Add(leaseLength))
}

// Start begins to compete for the lease.
func (p *Periodic) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go func() {
		defer close(p.done)
		p.compete(ctx)
	}()
}

// Stop ends the jobs, waits for them, and gives the lease up. It may be called twice.
func (p *Periodic) Stop(ctx context.Context) {
	p.stop.Do(func() {
		if p.cancel == nil {
			close(p.done)
			return
		}
		p.cancel()
	})
	select {
	case <-p.done:
	case <-ctx.Done():
	}
}

// compete tries for the lease until ctx ends; with it, it works.
func (p *Periodic) compete(ctx context.Context) {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		if p.claim(ctx) {
			p.lead(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// lead runs every job on its own until the lease is lost or ctx ends.
func (p *Periodic) lead(ctx context.Context) {
	working, lost := context.WithCancel(ctx)
	var jobs sync.WaitGroup
	for _, j := range p.jobs {
		jobs.Go(func() { p.repeat(working, j) })
	}
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for held := true; held; {
		select {
		case <-ctx.Done():
			held = false
		case <-tick.C:
			held = p.claim(ctx)
		}
	}
	lost()
	jobs.Wait()
	if ctx.Err() != nil {
		release := context.WithoutCancel(ctx)
		if err := p.runner.Run(release, func(t tx.Tx) error { return store.Release(t, leaseName, p.holder) }); err != nil {
			p.log.Warn("the lease of the periodic work could not be given up", slog.Any("error", err))
		}
	}
}

func (p *Periodic) claim(ctx context.Context) bool {
	var held bool
	err := p.runner.Run(ctx, func(t tx.Tx) (err error) {
		held, err = store.Claim(t, leaseName, p.holder, t.Now().Add(leaseLength))
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			p.log.Warn("the lease of the periodic work could not be claimed", slog.Any("error", err))
		}
		return false
	}
	return held
}

// repeat runs a job now and every j.Every after it ended.
func (p *Periodic) repeat(ctx context.Context, j Job) {
	ctx = tx.WithTask(ctx, j.Name)
	for {
		if p.running.Acquire(ctx, 1) != nil {
			return
		}
		began := time.Now()
		_, err := guard(ctx, j.Run)
		p.running.Release(1)
		if err != nil && ctx.Err() == nil {
			p.log.Error("periodic work failed; it is tried again", slog.String("job", j.Name), slog.Any("error", err))
		} else {
			p.log.Debug("periodic work", slog.String("job", j.Name), slog.Duration("took", time.Since(began)))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(j.Every):
		}
	}
}

// guard turns a panic into an error: one bad job must not end the server.
func guard(ctx context.Context, run func(context.Context) (int, error)) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %s\n%s", fault.PanicText(p), debug.Stack())
		}
	}()
	return run(ctx)
}
