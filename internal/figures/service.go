package figures

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store counts, and keeps the counts.
type Store interface {
	// Counted gives when each day from first on was last counted.
	Counted(ctx context.Context, v ident.VendorID, first int64) (map[int64]time.Time, error)

	// OfDay counts the events of one day; OfNow the states at now, under now's day.
	OfDay(ctx context.Context, v ident.VendorID, day int64) ([]Row, error)
	OfNow(ctx context.Context, v ident.VendorID, now time.Time) ([]Row, error)

	// Replace puts rows in the place of the day's rows of these figures.
	Replace(t tx.Tx, v ident.VendorID, day int64, of []Figure, rows []Row, counted time.Time) error
}

// Config is what the service needs; all of it is required.
type Config struct {
	Store  Store
	Runner tx.Runner
	Clock  ident.Clock
	Real   ident.Clock // for how long counting takes
}

// Service counts.
type Service struct {
	c Config

	mu   sync.Mutex
	next map[ident.VendorID]time.Time // when it is worth counting a vendor again
}

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Runner == nil || c.Clock == nil || c.Real == nil {
		return nil, errors.New("figures: the configuration is incomplete")
	}
	return &Service{c: c, next: map[ident.VendorID]time.Time{}}, nil
}

// History is how many days back days are counted that nobody has counted yet.
const History = 90

// How often the present day is counted: at least pause apart, and so that
// counting takes no more than one part in share of the time.
const (
	pause = 20 * time.Second
	share = 50
)

// afterStart is how long a server that has started leaves a present day alone that
// was counted before: its clients come back first.
const afterStart = time.Minute

// Round counts what is due of a vendor that has been there since: the present
// day, unless it was counted a short while ago, and days that are over and not
// final. It tells how many days it counted. What a server finds counted when it
// starts it counts anew a little later; where there is nothing, at once.
func (s *Service) Round(ctx context.Context, v ident.VendorID, since time.Time) (int, error) {
	now := s.c.Clock.Now()
	s.mu.Lock()
	next, known := s.next[v]
	s.mu.Unlock()
	if !known {
		counted, err := s.c.Store.Counted(ctx, v, DayOf(now))
		if err != nil {
			return 0, err
		}
		if _, shown := counted[DayOf(now)]; shown {
			next = now.Add(afterStart)
			s.mu.Lock()
			s.next[v] = next
			s.mu.Unlock()
		}
	}
	if now.Before(next) {
		return 0, nil
	}
	began := s.c.Real.Now()
	n, err := s.Count(ctx, v, since)
	took := s.c.Real.Now().Sub(began)
	s.mu.Lock()
	s.next[v] = now.Add(max(pause, share*took))
	s.mu.Unlock()
	return n, err
}

// Count is Round whether or not it is worth it.
func (s *Service) Count(ctx context.Context, v ident.VendorID, since time.Time) (int, error) {
	now := s.c.Clock.Now()
	today := DayOf(now)
	first := max(today-History, DayOf(since))
	counted, err := s.c.Store.Counted(ctx, v, first)
	if err != nil {
		return 0, err
	}
	if err := s.countNow(ctx, v, now); err != nil {
		return 0, err
	}
	n := 0
	for _, day := range due(first, today, counted) {
		if err := s.countDay(ctx, v, day, now); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// due gives the days to count, the newest first: the present one, and those that
// were not counted after they were settled.
func due(first, today int64, counted map[int64]time.Time) []int64 {
	var days []int64
	for day := today; day >= first; day-- {
		if day == today || !FinalAt(day, counted[day]) {
			days = append(days, day)
		}
	}
	return days
}

func (s *Service) countDay(ctx context.Context, v ident.VendorID, day int64, now time.Time) error {
	rows, err := s.c.Store.OfDay(ctx, v, day)
	if err != nil {
		return err
	}
	return s.replace(ctx, v, day, OfDay(), rows, now)
}

func (s *Service) countNow(ctx context.Context, v ident.VendorID, now time.Time) error {
	rows, err := s.c.Store.OfNow(ctx, v, now)
	if err != nil {
		return err
	}
	return s.replace(ctx, v, DayOf(now), ofNow(), rows, time.Time{})
}

func (s *Service) replace(ctx context.Context, v ident.VendorID, day int64, of []Figure, rows []Row, counted time.Time) error {
	rows = Fold(rows)
	return s.c.Runner.Run(ctx, func(t tx.Tx) error { return s.c.Store.Replace(t, v, day, of, rows, counted) })
}

// OfDay are the figures of a day's events.
func OfDay() []Figure {
	all := slices.Grow([]Figure{
		Activations, Releases, Heartbeats, Denials, GoodwillEntered, GoodwillLeft, UsageSum, UsageClients, FieldSum, FieldClients, FieldSaid,
	}, len(Dimensions()))
	for _, by := range Dimensions() {
		all = append(all, Active(by))
	}
	return all
}

// ofNow are those of the present state.
func ofNow() []Figure {
	all := slices.Grow([]Figure{Licenses, Expiring, Goodwill}, len(Spans())*len(Dimensions()))
	for _, days := range Spans() {
		for _, by := range Dimensions() {
			all = append(all, Seen(days, by))
		}
	}
	return all
}

// Fold adds up rows of the same value, and folds all but the largest MaxValues of
// a figure, day and product into Rest.
func Fold(rows []Row) []Row {
	sums := map[Row]int64{}
	for _, r := range rows {
		n := r.N
		r.N = 0
		if n != 0 {
			sums[r] += n
		}
	}
	folded := make([]Row, 0, len(sums))
	for r, n := range sums {
		r.N = n
		folded = append(folded, r)
	}
	slices.SortFunc(folded, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Figure, b.Figure), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Product, b.Product),
			cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
	})
	kept := folded[:0]
	values, rest := 0, -1
	for _, r := range folded {
		if last := len(kept) - 1; last < 0 || kept[last].Figure != r.Figure || kept[last].Day != r.Day || kept[last].Product != r.Product {
			values, rest = 0, -1
		}
		values++
		switch {
		case values <= MaxValues && r.Value != Rest || reported(r.Figure):
			kept = append(kept, r)
		case rest >= 0:
			kept[rest].N += r.N
		default:
			r.Value, rest = Rest, len(kept)
			kept = append(kept, r)
		}
	}
	return kept
}
