package storetest_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"chancery/internal/floating"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
)

const (
	storySeats  = 5
	storyPeriod = 10 * time.Minute
)

// lease is a session as the story itself keeps account of it.
type lease struct {
	client        string
	opened, until time.Time
	ended         time.Time
	reason        floating.Reason
}

// story is a licence of five, and what must be true of it.
type story struct {
	licenseBench

	license *licensing.License
	dice    *rand.Rand
	open    map[string]*lease
	past    []lease
	denied  map[int64]int // by hour
}

// 200 clients open, renew, vanish and close sessions of a licence of five for a
// week: every answer is what the story's own account says, and so is the history.
func TestAWeekOfFiveSeats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.floating(t, storySeats)
		minutes := int(storyPeriod / time.Minute)
		l := b.issue(t, edition, func(c *licensing.IssueCommand) { c.Overrides = &terms.Overrides{SessionPeriodMinutes: &minutes} })
		s := &story{
			licenseBench: b, license: l, dice: rand.New(rand.NewPCG(5, 200)),
			open: map[string]*lease{}, denied: map[int64]int{},
		}
		end := e.Clock.Now().Add(7 * 24 * time.Hour)
		for step := 0; e.Clock.Now().Before(end); step++ {
			s.pass(time.Duration(1+s.dice.IntN(11)) * time.Minute)
			s.act(t)
			if n := s.openNow(t, l); n != int64(len(s.open)) || n > storySeats {
				t.Fatalf("step %d: %d open, the story says %d", step, n, len(s.open))
			}
			if step%97 == 0 { // the job comes round now and then, and changes nothing that anybody sees
				if _, err := s.sessions.Tidy(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.pass(storyPeriod)
		s.counted(t)
		s.check(t)
	})
}

// pass lets time pass. A session lapses at the very instant its time is over.
func (s *story) pass(d time.Duration) {
	s.Clock.Advance(d)
	for client, l := range s.open {
		if !s.Clock.Now().Before(l.until) {
			s.finish(client, l.until, floating.ByLapse)
		}
	}
}

func (s *story) finish(client string, at time.Time, reason floating.Reason) {
	l := s.open[client]
	l.ended, l.reason = at, reason
	s.past = append(s.past, *l)
	delete(s.open, client)
}

// act has one or two clients do something: those with a seat renew it, close it or
// vanish; the others try for one.
func (s *story) act(t *testing.T) {
	t.Helper()
	holders := make([]string, 0, len(s.open))
	for client := range s.open {
		holders = append(holders, client)
	}
	slices.Sort(holders)
	for _, client := range holders {
		switch s.dice.IntN(6) {
		case 0, 1: // renews
			s.ask(t, client)
		case 2: // closes
			if r := s.close(t, s.license, client); r != nil {
				t.Fatal(r)
			}
			s.finish(client, s.Clock.Now(), floating.ByClient)
		}
	}
	for range 1 + s.dice.IntN(3) {
		s.ask(t, "client-"+strconv.Itoa(s.dice.IntN(200)))
	}
}

func (s *story) ask(t *testing.T, client string) {
	t.Helper()
	now := s.Clock.Now()
	held := s.open[client]
	out := s.session(t, s.license, client)
	switch {
	case held == nil && len(s.open) >= storySeats:
		if out.Refusal == nil || out.Refusal.ID != refusal.NoSessionLeft {
			t.Fatalf("at %v %s got a sixth seat: %+v", now, client, out)
		}
		s.denied[now.Unix()/3600]++
		return
	case out.Refusal != nil:
		t.Fatalf("at %v %s was refused with %d of %d in use", now, client, len(s.open), storySeats)
	case held == nil:
		held = &lease{client: client, opened: now}
		s.open[client] = held
	}
	held.until = now.Add(storyPeriod)
	if got := out.Status.Session; !got.OpenedAt.Equal(held.opened) || !got.ValidUntil.Equal(held.until) {
		t.Fatalf("at %v %s got %+v, want %+v", now, client, got, held)
	}
}

// check holds the history against the story's own account.
func (s *story) check(t *testing.T) {
	t.Helper()
	var rows []floating.Session
	r := listing.Request{Limit: listing.MaxLimit, Desc: true}
	for {
		page, err := s.leases.List(t.Context(), s.vendor, s.license.ID, floating.Filter{PastOnly: true}, s.Clock.Now(), r)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, page.Items...)
		if page.Next == "" {
			break
		}
		mark := r.Mark(page.Items[len(page.Items)-1].ID)
		r.After = &mark
	}
	if len(rows) != len(s.past) || len(rows) < 500 {
		t.Fatalf("%d sessions in the history, the story had %d", len(rows), len(s.past))
	}
	key := func(client string, opened time.Time) string { return client + opened.String() }
	told := map[string]lease{}
	for _, l := range s.past {
		told[key(l.client, l.opened)] = l
	}
	lapses := 0
	for _, row := range rows {
		at, reason := row.Ended(s.Clock.Now())
		want := told[key(row.ClientID, row.OpenedAt)]
		if !at.Equal(want.ended) || reason != want.reason {
			t.Errorf("%s of %v ended at %v (%s), want %v (%s)", row.ClientID, row.OpenedAt, at, reason, want.ended, want.reason)
		}
		if reason == floating.ByLapse {
			lapses++
		}
	}
	if lapses < 100 {
		t.Errorf("only %d sessions lapsed", lapses)
	}
	s.checkOverlap(t, rows)
	for hour, want := range s.denied {
		if n := storetest.Count(t, s.Env, `SELECT denied FROM denials WHERE license_id = $1 AND reason = 1007 AND hour = $2`, s.license.ID, hour); n != want {
			t.Errorf("hour %d: %d denials, want %d", hour, n, want)
		}
	}
	if len(s.denied) < 20 {
		t.Errorf("only %d hours with denials", len(s.denied))
	}
}

// checkOverlap finds the most sessions that were open at one instant.
func (s *story) checkOverlap(t *testing.T, rows []floating.Session) {
	t.Helper()
	type turn struct {
		at   time.Time
		step int
	}
	turns := make([]turn, 0, 2*len(rows))
	for _, row := range rows {
		at, _ := row.Ended(s.Clock.Now())
		turns = append(turns, turn{row.OpenedAt, 1}, turn{at, -1})
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.step, b.step)) })
	open, most := 0, 0
	for _, turn := range turns {
		open += turn.step
		most = max(most, open)
	}
	if most != storySeats {
		t.Errorf("at most %d were open at once, want %d", most, storySeats)
	}
}
