package testclock_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	teststore "chancery/internal/store/testclock"
	"chancery/internal/testclock"
	"chancery/internal/tx"
)

const day = 24 * time.Hour

// program is one process on the database, with its own view of the clock.
type program struct {
	*testclock.Service

	clock *ident.AheadClock
	db    *store.DB
}

// note is the memory of one request, for moves that never run twice.
type note struct {
	mu   sync.Mutex
	kept *testclock.Noted
}

func (n *note) Recall(tx.Tx) (was testclock.Noted, found bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept == nil {
		return was, false, nil
	}
	return *n.kept, true, nil
}

func (n *note) Remember(_ tx.Tx, _ time.Time, now testclock.Noted) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept = &now
	return nil
}

func open(t *testing.T, e storetest.Env, works ...testclock.Work) program {
	t.Helper()
	p := program{clock: &ident.AheadClock{Real: e.Clock}}
	c := e.Config
	c.Clock = p.clock
	var err error
	if p.db, err = store.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.db.Close() })
	if p.Service, err = testclock.New(testclock.Config{Store: teststore.Store{DB: p.db}, Runner: p.db, Clock: p.clock, IDs: e.IDs}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Load(t.Context()), p.Begin(t.Context(), true)); err != nil {
		t.Fatal(err)
	}
	p.Attach(testclock.Process{
		Works: works,
		Pause: func(context.Context) (func(), error) { return func() {}, nil },
		Lead:  func(tx.Tx, time.Time) error { return nil },
	})
	return p
}

func TestAdvanceDoesWhatIsDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme").ID
		end := storetest.Start.Add(30 * day)
		var seen []time.Time
		left, broken := 0, errors.New("broken")
		var p program
		p = open(t, e,
			testclock.Work{Name: "ends", Every: time.Hour, Next: func(_ context.Context, now time.Time) (time.Time, error) {
				if end.After(now) {
					return end, nil
				}
				return time.Time{}, nil
			}, Run: func(ctx context.Context) (int, error) {
				var at time.Time
				if err := p.db.Run(ctx, func(x tx.Tx) error {
					at = x.Now()
					return nil
				}); err != nil {
					return 0, err
				}
				seen = append(seen, at)
				if len(seen) == 1 {
					left = 3
					return 1, nil
				}
				return 0, nil
			}},
			testclock.Work{Name: "follows", Every: time.Second, Run: func(context.Context) (int, error) {
				if left == 0 {
					return 0, nil
				}
				left--
				return 1, nil
			}},
			testclock.Work{Name: "fails", Every: day, Next: testclock.Daily, Run: func(context.Context) (int, error) { return 0, broken }},
		)
		before := p.clock.Now()
		r, err := p.Advance(t.Context(), v, 40*day, &note{})
		if err != nil {
			t.Fatal(err)
		}
		if !r.From.Equal(before) || !r.To.Equal(before.Add(40*day)) || r.Now.Before(r.To) || r.Ahead != 40*day || r.Left != 0 {
			t.Errorf("%+v", r)
		}
		// The end is seen at its hour, and once more where the clock comes to.
		if len(seen) != 2 || seen[0].Before(end) || seen[0].Sub(end) > time.Hour || left != 0 {
			t.Errorf("seen at %v, %d left", seen, left)
		}
		turn := slices.IndexFunc(r.Stops, func(s testclock.Stop) bool { return !s.At.Before(end) })
		if got := r.Stops[turn].Ran; !slices.Equal(got, []testclock.Ran{{Work: "ends", Count: 1}, {Work: "follows", Count: 3}}) {
			t.Errorf("at the end: %+v", got)
		}
		if days := len(r.Stops); days != 42 || !slices.Equal(r.Stops[0].Ran, []testclock.Ran{{Work: "fails", Failed: true}}) {
			t.Errorf("%d stops, the first %+v", days, r.Stops[0])
		}
		if _, err := p.Advance(t.Context(), v, 100*365*day, &note{}); fault.As(err) == nil || fault.As(err).Kind != fault.Invalid {
			t.Errorf("a hundred years: %v", err)
		}
	})
}

// However many move the clock at once, from however many processes, it is moved by the
// sum, and each of them stands where it was told.
func TestMovesWaitForOneAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme").ID
		var mu sync.Mutex
		at, twice := 0, false
		work := testclock.Work{Name: "alone", Every: time.Hour, Next: testclock.Daily, Run: func(context.Context) (int, error) {
			mu.Lock()
			at++
			twice = twice || at > 1
			mu.Unlock()
			mu.Lock()
			defer mu.Unlock()
			at--
			return 1, nil
		}}
		one, two := open(t, e, work), open(t, e, work)
		const each = 4
		var moving sync.WaitGroup
		for range each {
			for _, p := range []program{one, two} {
				moving.Go(func() {
					if r, err := p.Advance(t.Context(), v, 2*day, &note{}); err != nil || r.Left != 0 {
						t.Errorf("%v, %+v", err, r)
					}
				})
			}
		}
		moving.Wait()
		for _, p := range []program{one, two} {
			if err := p.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := p.Reading(); !got.On || got.Ahead != 2*each*2*day {
				t.Errorf("%+v", got)
			}
		}
		if twice {
			t.Error("two moves did their work at once")
		}
	})
}

// A server that has begun without a test clock keeps others from moving it, also those
// that began before; and who has died while it moved the clock keeps nobody for ever.
func TestTheMarkEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme").ID
		p := open(t, e)
		rows := teststore.Store{DB: e.DB}
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			return 0, rows.Save(x, testclock.State{Served: true, MovedBy: "somebody", MovedUntil: e.Clock.Now().Add(time.Minute)})
		})
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := p.Advance(soon, v, day, &note{}); !fault.Is(err, "test_clock_busy") && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("moved by somebody else: %v", err)
		}
		e.Clock.Advance(time.Minute)
		if _, err := p.Advance(t.Context(), v, day, &note{}); err != nil {
			t.Errorf("a minute after the other died: %v", err)
		}
		plain := open(t, e) // with what the clock was moved by
		if err := plain.Begin(t.Context(), false); !fault.Is(err, "clock_ahead") {
			t.Errorf("a plain server on a moved clock: %v", err)
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, rows.Save(x, testclock.State{Served: true}) })
		if err := plain.Begin(t.Context(), false); err != nil || plain.On() {
			t.Errorf("a plain server: %v", err)
		}
		if _, err := p.Advance(t.Context(), v, day, &note{}); !fault.Is(err, "no_test_clock") {
			t.Errorf("moved beside a plain server: %v", err)
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, rows.Save(x, testclock.State{Served: true}) })
		if err := p.Begin(t.Context(), true); !fault.Is(err, "no_test_clock") {
			t.Errorf("for tests again: %v", err)
		}
	})
}

// A request that is sent again moves the clock no further: not where it was answered, and
// where its server died on the way it goes on from there, whatever others moved meanwhile.
func TestARequestMovesTheClockOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme").ID
		var dying context.CancelCauseFunc
		p := open(t, e, testclock.Work{Name: "daily", Every: time.Hour, Next: testclock.Daily, Run: func(context.Context) (int, error) {
			if dying != nil {
				dying(errors.New("killed"))
			}
			return 1, nil
		}})
		sent := &note{}
		ctx, cancel := context.WithCancelCause(t.Context())
		dying = cancel
		cut, err := p.Advance(ctx, v, 10*day, sent) // as one that is killed, but for its answer
		if err != nil || cut.Left == 0 || cut.Left == 10*day {
			t.Fatalf("%v, %+v", err, cut)
		}
		dying, sent.kept.Report, sent.kept.Left = nil, nil, cut.Left
		if _, err := p.Advance(t.Context(), v, 3*day, &note{}); err != nil {
			t.Fatal(err)
		}
		first, err := p.Advance(t.Context(), v, 10*day, sent)
		if err != nil || first.Ahead != 13*day || first.Left != 0 || !first.From.Equal(cut.From) {
			t.Errorf("%v, %+v, want it to go on from %v", err, first, cut.From)
		}
		again, err := p.Advance(t.Context(), v, 10*day, sent)
		if err != nil || !again.To.Equal(first.To) || p.Reading().Ahead != 13*day {
			t.Errorf("%v, %+v, and it is %v ahead", err, again, p.Reading().Ahead)
		}
	})
}
