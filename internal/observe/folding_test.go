package observe_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/observe"
	observestore "chancery/internal/store/observe"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// bench is the room on a database of its own.
type bench struct {
	storetest.Env

	v       ident.VendorID
	rows    observestore.Store
	intake  *observe.Intake
	folding *observe.Folding
	keeping *observe.Keeping
	lists   *observestore.Lists
	breaks  *breaking
}

// breaking is a runner whose transactions fail after their work, as when a server is killed
// before the commit.
type breaking struct {
	tx.Runner

	mu     sync.Mutex
	chance float64
	random *rand.Rand
}

var errKilled = errors.New("killed")

func (b *breaking) Run(ctx context.Context, fn func(tx.Tx) error) error {
	b.mu.Lock()
	kill := b.chance > 0 && b.random.Float64() < b.chance
	b.mu.Unlock()
	return b.Runner.Run(ctx, func(t tx.Tx) error {
		if err := fn(t); err != nil || !kill {
			return err
		}
		return errKilled
	})
}

func open(t testing.TB, e storetest.Env, items int) *bench {
	t.Helper()
	b := &bench{Env: e, v: storetest.Vendor(t, e, "Acme").ID, rows: observestore.Store{DB: e.DB}, lists: observestore.NewLists(e.DB)}
	b.breaks = &breaking{Runner: e.DB, random: rand.New(rand.NewPCG(1, 1))}
	var errs [3]error
	b.intake, errs[0] = observe.NewIntake(observe.IntakeConfig{Store: b.rows, Runner: e.DB, Clock: e.Clock})
	b.folding, errs[1] = observe.NewFolding(observe.FoldingConfig{Store: b.rows, Runner: b.breaks, Clock: e.Clock, Items: items})
	b.keeping, errs[2] = observe.NewKeeping(observe.KeepingConfig{Store: b.rows, Runner: b.breaks, Clock: e.Clock})
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return b
}

// sent is an event as a program sends it; other fields are set by the test.
func sent(id ident.UUID, at time.Time, actor, license, account string) observe.Sent {
	s := observe.Sent{
		What: observe.Event, ID: given(id.String()), Time: given(at.Format(time.RFC3339Nano)), Actor: given(actor), Product: given("App"),
		Version: given("1.0"), Category: given("ui"), Name: given("click"),
	}
	if license != "" {
		s.License = given(license)
	}
	if account != "" {
		s.Account = given(account)
	}
	return s
}

func given(s string) observe.Field { return observe.Field{Text: s, Given: true} }

// take sends items and gives their verdicts.
func (b *bench) take(t testing.TB, all ...observe.Sent) []observe.Verdict {
	t.Helper()
	verdicts, err := b.intake.Take(t.Context(), b.v, all, "")
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// catch counts all that has come in, however often it is killed on the way.
func (b *bench) catch(t testing.TB) {
	t.Helper()
	for {
		_, err := b.folding.Catch(t.Context(), b.v)
		if err == nil {
			return
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
	}
}

// all lists the licences or accounts, and as of when.
func (b *bench) all(t testing.TB, kind observe.Kind) (map[string]observe.Row, time.Time) {
	t.Helper()
	rows := map[string]observe.Row{}
	cursor := ""
	for {
		r, err := listing.Parse(3, "", cursor, observe.Sorts(kind)...)
		if err != nil {
			t.Fatal(err)
		}
		page, asOf, err := b.lists.List(t.Context(), b.v, observe.Filter{Kind: kind}, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Items {
			row.Number = 0
			if _, twice := rows[row.ID]; twice {
				t.Errorf("%q stands twice in the list", row.ID)
			}
			rows[row.ID] = row
		}
		if cursor = page.Next; cursor == "" {
			return rows, asOf
		}
	}
}

// equal compares the figures with the model.
func (b *bench) equal(t *testing.T, m *model, what string) bool {
	t.Helper()
	good := true
	for _, kind := range []observe.Kind{observe.License, observe.Account} {
		got, asOf := b.all(t, kind)
		want := m.rows(kind, asOf)
		for id, w := range want {
			if got[id] != w {
				t.Errorf("%s, kind %d, %s as of %v:\n got %+v\nwant %+v", what, kind, id, asOf, got[id], w)
				good = false
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d rows of kind %d, want %d", what, len(got), kind, len(want))
			good = false
		}
	}
	tiles, err := b.lists.Tiles(t.Context(), b.v, observe.License)
	if err != nil {
		t.Fatal(err)
	}
	if want := m.actors(tiles.AsOf); tiles.Actors != want {
		t.Errorf("%s: %d actors, want %d", what, tiles.Actors, want)
		good = false
	}
	return good
}

// history sends a random history and compares the figures on its way.
type history struct {
	*bench

	random *rand.Rand
	model  model
	sent   []observe.Sent
}

func (h *history) pick(of string, n int) string { return fmt.Sprintf("%s-%d", of, h.random.IntN(n)) }

// when is a time of an event: mostly of now, often at an edge, sometimes weeks late or ahead.
func (h *history) when() time.Time {
	now := h.Clock.Now().Truncate(time.Millisecond)
	switch h.random.IntN(8) {
	case 0:
		return now.Add(-observe.Window + time.Duration(h.random.IntN(5)-2)*time.Millisecond)
	case 1:
		return now.Add(-time.Duration(h.random.IntN(40*24)) * time.Hour)
	case 2:
		return now.Add(time.Duration(h.random.IntN(50)) * time.Hour)
	case 3:
		return now.Truncate(time.Minute)
	}
	return now.Add(-time.Duration(h.random.IntN(3000)) * time.Millisecond)
}

func (h *history) one() observe.Sent {
	license, account := "", ""
	if h.random.IntN(5) > 0 {
		license = h.pick("license", 4)
	}
	if h.random.IntN(3) > 0 {
		account = h.pick("account", 3)
	}
	s := sent(h.IDs.V7(), h.when(), h.pick("actor", 6), license, account)
	s.Product, s.Version = given(h.pick("app", 2)), given(h.pick("v", 3))
	if h.random.IntN(6) == 0 {
		s.What, s.Name, s.Severity = observe.Exception, given("Boom"), given("error")
	}
	return s
}

// batch sends events, some of which were sent before.
func (h *history) batch(t *testing.T) {
	t.Helper()
	size := 1 + h.random.IntN(6)
	all := make([]observe.Sent, 0, size)
	for range size {
		one := h.one()
		if len(h.sent) > 0 && h.random.IntN(5) == 0 {
			one = h.sent[h.random.IntN(len(h.sent))]
			if h.random.IntN(2) == 0 { // the same id with another content: the first wins
				one.License = given("license-other")
			}
		}
		all = append(all, one)
	}
	now := h.Clock.Now().UTC().Truncate(time.Millisecond)
	settings, state := h.limits(t)
	for i, v := range h.take(t, all...) {
		it, reason := observe.Judge(all[i], now, observe.Oldest(settings, state, now))
		if reason != v.Reason {
			t.Fatalf("%+v is %q, want %q", all[i], v.Reason, reason)
		}
		if reason == "" {
			h.model.take(it)
			h.sent = append(h.sent, all[i])
		}
	}
}

func (h *history) limits(t *testing.T) (observe.Settings, observe.State) {
	t.Helper()
	settings, err := h.rows.Settings(t.Context(), h.v)
	if err != nil {
		t.Fatal(err)
	}
	state, err := h.rows.State(t.Context(), h.v)
	if err != nil {
		t.Fatal(err)
	}
	return settings, state
}

func (h *history) identify(t *testing.T) {
	t.Helper()
	from, to := h.pick("actor", 6), h.pick("actor", 8)
	s := observe.Sent{What: observe.Identify, Time: given(h.Clock.Now().Format(time.RFC3339))}
	reason, err := h.intake.Identify(t.Context(), h.v, s, given(from), given(to))
	if err != nil {
		t.Fatal(err)
	}
	if reason == "" {
		h.model.joins = append(h.model.joins, observe.Join{Anonymous: from, Identified: to})
	}
}

// keep deletes what is old, and sets another retention before.
func (h *history) keep(t *testing.T) {
	t.Helper()
	days := int64(observe.LeastRetention + h.random.IntN(30))
	storetest.Do(t, h.Env, func(x tx.Tx) (int, error) { return 0, h.keeping.Set(x, h.v, observe.Settings{RetentionDays: days}) })
	if _, err := h.keeping.Round(t.Context()); err != nil && !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
}

func (h *history) rebuild(t *testing.T) {
	t.Helper()
	storetest.Do(t, h.Env, func(x tx.Tx) (int, error) { return 0, h.folding.BeginRebuild(x, h.v) })
}

// The figures equal those that are counted from everything that was ever accepted, over random
// histories with duplicates, times at the edge, ahead and weeks late, joined actors, steps that
// count a part, kills before a commit, deletions by age and rebuilds.
func TestFiguresEqualABruteForceCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		for seed := range uint64(6) {
			random := rand.New(rand.NewPCG(seed, 14))
			h := &history{bench: open(t, e, 1+random.IntN(20)), random: random}
			h.breaks.random, h.breaks.chance = random, 0.1
			for step := range 200 {
				switch h.random.IntN(12) {
				case 0:
					h.Clock.Advance(time.Duration(h.random.IntN(2000)) * time.Millisecond)
				case 1:
					h.Clock.Advance(time.Duration(h.random.IntN(3)) * time.Millisecond)
				case 2:
					h.Clock.Advance(time.Duration(h.random.IntN(72)) * time.Hour)
				case 3:
					h.identify(t)
				case 4, 5:
					if _, _, err := h.folding.Step(t.Context(), h.v); err != nil && !errors.Is(err, errKilled) {
						t.Fatal(err)
					}
				case 6:
					if h.random.IntN(2) == 0 {
						h.keep(t)
					}
					if h.random.IntN(4) == 0 {
						h.rebuild(t)
					}
				case 7:
					h.catch(t)
					if !h.equal(t, &h.model, fmt.Sprintf("history %d, step %d", seed, step)) {
						t.FailNow()
					}
				default:
					h.batch(t)
				}
			}
			h.catch(t)
			h.equal(t, &h.model, fmt.Sprintf("history %d", seed))
		}
		storetest.Sound(t, e)
	})
}

// Two copies of the server that count at the same time count everything once.
func TestTwoCopiesCountOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		h := &history{bench: open(t, e, 5), random: rand.New(rand.NewPCG(3, 3))}
		for range 40 {
			h.batch(t)
		}
		other, err := observe.NewFolding(observe.FoldingConfig{Store: h.rows, Runner: e.DB, Clock: e.Clock, Items: 7})
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for _, f := range []*observe.Folding{h.folding, other} {
			both.Go(func() {
				if _, err := f.Catch(t.Context(), h.v); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		h.catch(t)
		h.equal(t, &h.model, "two copies")
	})
}
