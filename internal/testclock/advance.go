package testclock

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

const (
	// Within is how long a move may take, by the real time. What is left of it then, its
	// caller asks for again.
	Within = 45 * time.Second

	// heldFor is how long others wait for one that has died while it moved the clock; who
	// lives says so every holdEvery.
	heldFor   = 10 * time.Second
	holdEvery = time.Second

	mostStops  = 500 // that a report tells
	mostRounds = 50  // of work that makes work, at one stop
	takeEvery  = 50 * time.Millisecond
	freeWithin = 5 * time.Second
)

// Ran is work that found something to do at a stop.
type Ran struct {
	Work   string
	Count  int // of what it did
	Failed bool
}

// Stop is an instant at which the clock stopped.
type Stop struct {
	At  time.Time
	Ran []Ran
}

// Report tells how the clock was moved.
type Report struct {
	Reading

	From, To time.Time // To is where it was to come to
	Stops    []Stop    // the last ones are left out where there are very many
	More     int       // how many are left out
	Left     time.Duration
}

// Advance moves the clock forward, stops at every instant at which periodic work is due,
// and does that work. Moves wait for one another. One that takes too long ends at a
// stop, and the report tells what is left of it.
func (s *Service) Advance(ctx context.Context, vendor ident.VendorID, by time.Duration, memory Memory) (Report, error) {
	if !s.On() || s.process.Pause == nil {
		return Report{}, errNone()
	}
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	m := &move{Service: s, holder: s.IDs.V4().String(), memory: memory}
	answered, err := m.hold(ctx, by)
	if err != nil || answered != nil {
		return given(answered), err
	}
	defer m.stay(ctx)()
	resume, err := s.process.Pause(ctx)
	if err != nil {
		return Report{}, busy(err)
	}
	defer resume()
	s.Clock.MoveTo(m.began)
	from := s.Clock.Now().Truncate(time.Millisecond)
	m.report = Report{From: from, To: from.Add(m.goal - m.began)}
	if !m.noted.From.IsZero() {
		m.report.From = m.noted.From
	}
	if err := m.run(ctx); err != nil {
		return Report{}, err
	}
	m.report.Reading, m.report.Left = s.Reading(), max(0, m.goal-s.Clock.Ahead())
	return m.report, m.note(ctx, vendor)
}

func given(r *Report) Report {
	if r == nil {
		return Report{}
	}
	return *r
}

// note writes a move into the log of changes, and remembers what it is answered.
func (m *move) note(ctx context.Context, vendor ident.VendorID) error {
	r := m.report
	m.Log.Info("the test clock was moved", slog.Time("from", r.From), slog.Time("to", r.Now), slog.Int("stops", len(r.Stops)+r.More))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeWithin)
	defer cancel()
	return m.Runner.Run(ctx, func(t tx.Tx) error {
		t.Journal(tx.Entry{
			Vendor: vendor, Action: "test_clock.advanced", Subject: "vendor", Before: moved{At: r.From}, After: moved{At: r.Now.Truncate(time.Millisecond)},
		})
		return m.memory.Remember(t, m.Clock.Now(), Noted{From: r.From, Report: &r})
	})
}

type moved struct {
	At time.Time `json:"test_clock"`
}

// move is one Advance.
type move struct {
	*Service

	holder string
	memory Memory
	noted  Noted
	began  time.Duration // how far ahead the clock was
	goal   time.Duration // how far ahead it is to come
	report Report
}

func (m *move) run(ctx context.Context) error {
	works := m.process.Works
	m.work(ctx, stop{at: m.report.From}) // what is due already has its turn before time passes
	for ctx.Err() == nil {
		s, err := next(ctx, works, m.Clock.Now(), m.report.To)
		if err != nil {
			return m.cut(ctx, err)
		}
		if s.at.IsZero() {
			if err := m.to(ctx, m.goal); err != nil {
				return m.cut(ctx, err)
			}
			m.work(ctx, stop{m.Clock.Now().Truncate(time.Millisecond), all(works)})
			return nil
		}
		if err := m.to(ctx, s.at.Sub(m.Clock.Real.Now())); err != nil {
			return m.cut(ctx, err)
		}
		m.work(ctx, s)
	}
	return nil // it ends at a stop
}

// cut passes errors, but for that of the time that a move may take.
func (m *move) cut(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil
	}
	return err
}

// to moves the clock to be that far ahead, for all programs.
func (m *move) to(ctx context.Context, ahead time.Duration) error {
	ahead = (ahead + time.Millisecond - 1).Truncate(time.Millisecond) // never before the stop
	if err := m.Runner.Run(ctx, func(t tx.Tx) error {
		state, err := m.Store.Lock(t)
		if err != nil {
			return err
		}
		if !state.On() {
			return errNone() // a server without a test clock has begun
		}
		if state.MovedBy != m.holder {
			return busy(nil) // this one was taken for dead
		}
		by := ahead - state.Ahead
		if by <= 0 {
			return nil
		}
		state.Ahead = ahead
		if err := m.Store.Save(t, state); err != nil {
			return err
		}
		if err := m.remember(t, ahead); err != nil {
			return err
		}
		if err := m.Store.Carry(t, by); err != nil {
			return err
		}
		return m.process.Lead(t, m.Clock.Real.Now().Add(ahead))
	}); err != nil {
		return err
	}
	m.Clock.MoveTo(ahead)
	return nil
}

// work does what is due at a stop, and what follows from it until nothing more does.
func (m *move) work(ctx context.Context, s stop) {
	counts, failed := map[int]int{}, map[int]bool{}
	run := func(i int) int {
		w := m.process.Works[i]
		n, err := w.Run(tx.Hurried(tx.WithTask(ctx, w.Name)))
		counts[i] += n
		if err != nil && ctx.Err() == nil {
			failed[i] = true
			m.Log.Error("periodic work failed; it is tried again", slog.String("job", w.Name), slog.Any("error", err))
		}
		return n
	}
	for _, i := range s.due {
		run(i)
	}
	later := follows(m.process.Works)
	for range mostRounds {
		n := 0
		for _, i := range later {
			n += run(i)
		}
		if n == 0 || ctx.Err() != nil {
			break
		}
	}
	told := Stop{At: s.at}
	for i, w := range m.process.Works {
		if counts[i] > 0 || failed[i] {
			told.Ran = append(told.Ran, Ran{w.Name, counts[i], failed[i]})
		}
	}
	switch {
	case len(s.due) == 0 && len(told.Ran) == 0: // nothing was due before it set out
	case len(m.report.Stops) == mostStops:
		m.report.More++
	default:
		m.report.Stops = append(m.report.Stops, told)
	}
}
