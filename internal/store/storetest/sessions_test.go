package storetest_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/floating"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func (b licenseBench) session(t *testing.T, l *licensing.License, client string, change ...func(*floating.Call)) floating.Outcome {
	t.Helper()
	c := floating.Call{Vendor: b.vendor, Presented: l.LicenseKey.String(), ClientID: client}
	for _, f := range change {
		f(&c)
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (floating.Outcome, error) { return b.sessions.Open(x, c) })
}

func (b licenseBench) opened(t *testing.T, l *licensing.License, client string, change ...func(*floating.Call)) floating.Session {
	t.Helper()
	out := b.session(t, l, client, change...)
	if out.Refusal != nil {
		t.Fatalf("client %s was refused: %+v", client, out.Refusal)
	}
	return out.Status.Session
}

func (b licenseBench) denied(t *testing.T, id int, l *licensing.License, client string, change ...func(*floating.Call)) {
	t.Helper()
	if out := b.session(t, l, client, change...); out.Refusal == nil || out.Refusal.ID != id {
		t.Fatalf("client %s: got %+v, want the refusal %d", client, out.Refusal, id)
	}
}

func (b licenseBench) close(t *testing.T, l *licensing.License, client string, change ...func(*floating.Call)) *refusal.Refusal {
	t.Helper()
	c := floating.Call{Vendor: b.vendor, Presented: l.LicenseKey.String(), ClientID: client}
	for _, f := range change {
		f(&c)
	}
	return storetest.Do(t, b.Env, func(x tx.Tx) (*refusal.Refusal, error) { return b.sessions.Close(x, c) })
}

// openNow reads how many sessions are open, outside and inside a transaction.
func (b licenseBench) openNow(t *testing.T, l *licensing.License) int64 {
	t.Helper()
	read, err := b.leases.Open(t.Context(), b.vendor, b.Clock.Now(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	within := storetest.Do(t, b.Env, func(x tx.Tx) (int64, error) {
		n, err := b.leases.OpenIn(x, b.vendor, l.ID)
		return n[l.ID], err
	})
	if read[l.ID] != within {
		t.Errorf("%d open read outside, %d inside a transaction", read[l.ID], within)
	}
	return within
}

// counted holds the counter against the rows it counts.
func (b licenseBench) counted(t *testing.T) {
	t.Helper()
	if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM session_counters c WHERE
		c.open_count <> (SELECT COUNT(*) FROM sessions s WHERE s.license_id = c.license_id AND s.ended_at IS NULL)
		OR c.open_count > 0 AND c.next_lapse > (SELECT MIN(s.valid_until) FROM sessions s WHERE s.license_id = c.license_id AND s.ended_at IS NULL)`); n != 0 {
		t.Errorf("%d licences whose session counters are not what their rows say", n)
	}
}

func called(id string) func(*floating.Call) { return func(c *floating.Call) { c.SessionID = id } }
func by(user string) func(*floating.Call)   { return func(c *floating.Call) { c.UserID = user } }

func TestSessionsOpenRenewCloseAndLapse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.floating(t, 2))
		first := b.opened(t, l, "a")
		b.opened(t, l, "b", called("s-1"))
		b.denied(t, refusal.NoSessionLeft, l, "c")
		e.Clock.Advance(59_999 * time.Millisecond)
		if n := b.openNow(t, l); n != 2 {
			t.Errorf("%d open just before the lapse", n)
		}
		renewed := b.opened(t, l, "a")
		if renewed.UUID != first.UUID || !renewed.OpenedAt.Equal(first.OpenedAt) || !renewed.ValidUntil.Equal(e.Clock.Now().Add(time.Minute)) {
			t.Errorf("%+v after %+v", renewed, first)
		}
		b.denied(t, refusal.NoSessionLeft, l, "c")
		e.Clock.Advance(time.Millisecond)
		if n := b.openNow(t, l); n != 1 {
			t.Errorf("%d open at the instant of the lapse", n)
		}
		b.counted(t)
		b.opened(t, l, "c")
		b.denied(t, refusal.NoSessionLeft, l, "b", called("s-1")) // a renewal after the lapse is a new open
		for range 2 {                                             // closing twice is fine
			if r := b.close(t, l, "a"); r != nil {
				t.Fatal(r)
			}
		}
		if again := b.opened(t, l, "a"); again.UUID == first.UUID {
			t.Error("a closed session was opened again")
		}
		b.counted(t)
		all, err := b.leases.List(t.Context(), b.vendor, l.ID, floating.Filter{}, e.Clock.Now(), listing.Request{Limit: 10, Desc: true})
		if err != nil || len(all.Items) != 4 {
			t.Fatalf("%d sessions, %v", len(all.Items), err)
		}
		if at, why := all.Items[2].Ended(e.Clock.Now()); !at.Equal(storetest.Start.Add(time.Minute)) || why != floating.ByLapse {
			t.Errorf("the lapsed one ended at %v, %s", at, why)
		}
		if n := storetest.Count(t, e, `SELECT denied FROM denials WHERE license_id = $1 AND reason = 1007`, l.ID); n != 3 {
			t.Errorf("%d denials counted, want 3", n)
		}
	})
}

func TestLapsesAreWrittenDownByTheTidyJobToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.floating(t, 3)
		one, two := b.issue(t, edition), b.issue(t, edition)
		b.opened(t, one, "a")
		b.opened(t, two, "a")
		e.Clock.Advance(30 * time.Second)
		b.opened(t, two, "b")
		e.Clock.Advance(30 * time.Second)
		n, err := b.sessions.Tidy(t.Context())
		if err != nil || n != 2 {
			t.Errorf("%d licences tidied, %v", n, err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM sessions WHERE ended_at = valid_until AND end_reason = 'lapsed'`); n != 2 {
			t.Errorf("%d lapses written down", n)
		}
		b.counted(t)
		if n, err := b.sessions.Tidy(t.Context()); err != nil || n != 0 {
			t.Errorf("%d licences tidied again, %v", n, err)
		}
		if b.openNow(t, one) != 0 || b.openNow(t, two) != 1 {
			t.Error("the counts are wrong")
		}
	})
}

// Whatever of a licence lapses at once, no call writes it down as a whole: the limit
// holds by the clock, and the job ends the sessions in portions.
func TestManyLapsesAtOnceGoInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, hurried(t, e))
		const many, step = 230, 100
		l := b.issue(t, b.floating(t, many))
		storetest.Do(t, b.Env, func(x tx.Tx) (any, error) {
			for i := range many {
				c := floating.Call{Vendor: b.vendor, Presented: l.LicenseKey.String(), ClientID: "c" + strconv.Itoa(i)}
				if out, err := b.sessions.Open(x, c); err != nil || out.Refusal != nil {
					return nil, fmt.Errorf("%+v: %w", out.Refusal, err)
				}
			}
			return nil, nil
		})
		b.denied(t, refusal.NoSessionLeft, l, "another")
		e.Clock.Advance(30 * time.Second)
		renewed := b.opened(t, l, "c7")
		e.Clock.Advance(30 * time.Second) // all others lapse
		if n := b.openNow(t, l); n != 1 {
			t.Errorf("%d are open by the clock, want 1", n)
		}
		b.opened(t, l, "another")
		ended := `SELECT COUNT(*) FROM sessions WHERE ended_at = valid_until AND end_reason = 'lapsed'`
		if n := storetest.Count(t, e, ended); n != 0 {
			t.Errorf("a call wrote %d lapses down", n)
		}
		ctx, stop := context.WithCancel(t.Context())
		config := b.sessions.Config
		config.Runner = &oneOnly{b.DB, 1, stop}
		first, err := floating.New(config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := first.Tidy(ctx); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, ended); n < step-1 || n > step {
			t.Errorf("one portion ended %d sessions", n)
		}
		b.counted(t)
		if _, err := b.sessions.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, ended); n != many-1 {
			t.Errorf("%d ends were written down, want %d", n, many-1)
		}
		b.counted(t)
		if now := storetest.Count(t, e, `SELECT COUNT(*) FROM sessions WHERE id = $1 AND ended_at IS NULL`, renewed.ID); now != 1 {
			t.Error("the renewed session was ended")
		}
	})
}

func TestWhoMayOpenASession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.floating(t, 100, func(e *catalog.Edition) { e.Policy.MaxSessionsPerClient, e.Policy.CheckoutPeriodMinutes = 2, 600 }))
		named := b.issue(t, b.limited(t, 1, 0, 0))
		b.denied(t, refusal.NamedLicense, named, "a")
		b.denied(t, refusal.MissingClientID, l, "")
		b.denied(t, refusal.BadSessionID, l, "a", called("a\nb"))
		b.denied(t, refusal.CheckoutTooLong, l, "a", func(c *floating.Call) { c.Checkout = 601 })
		b.denied(t, refusal.InvalidKey, l, "a", func(c *floating.Call) { c.Presented = e.IDs.V4().String() })
		byID := func(c *floating.Call) { c.Presented = l.UUID.String() }
		b.denied(t, refusal.InvalidKey, l, "a", byID)
		key := []byte("the public key of this very client")
		activation := b.try(t, licensing.ActivateCommand{
			Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "a", Client: licensing.Client{PublicKey: key}, Proof: func([]byte) (int64, bool) { return 0, true },
		}).State.Activation
		proven := func(c *floating.Call) { c.Proof = func(k []byte) (int64, bool) { return 0, string(k) == string(key) } }
		b.denied(t, refusal.ClientAssigned, l, "a")
		b.denied(t, refusal.InvalidKey, l, "a", byID)
		b.opened(t, l, "a", byID, proven)
		byToken := func(c *floating.Call) { c.Presented = activation.TokenKey.String() }
		b.opened(t, l, "a", byToken, proven, called("2"))
		b.denied(t, refusal.OtherToken, l, "b", byToken)
		b.denied(t, refusal.TooManyOfClient, l, "a", proven, called("3"))
		if r := b.close(t, l, "a"); r == nil || r.ID != refusal.ClientAssigned {
			t.Errorf("somebody else closed it: %+v", r)
		}
		out := b.opened(t, l, "b", func(c *floating.Call) { c.Checkout = 600 })
		if !out.ValidUntil.Equal(e.Clock.Now().Add(10 * time.Hour)) {
			t.Errorf("checked out until %v", out.ValidUntil)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.licenses.Suspend(x, b.vendor, activation.UUID, e.Clock.Now().Add(time.Hour))
		})
		b.denied(t, refusal.Suspended, l, "a", proven)
		if r := b.close(t, l, "a", proven, called("2")); r != nil {
			t.Errorf("a suspended client can't give its session back: %+v", r)
		}
		off := false
		b.update(t, l, licensing.Change{IsActive: &off})
		b.denied(t, refusal.NotActive, l, "z")
		if r := b.close(t, l, "b"); r != nil {
			t.Error(r)
		}
		b.counted(t)
	})
}

func TestAClientsSessionsEndWithItsActivation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.floating(t, 3))
		a := b.granted(t, l.LicenseKey, "a")
		b.opened(t, l, "a", called("1"))
		b.opened(t, l, "a", called("2"))
		other := b.opened(t, l, "b")
		if r := b.unassign(t, a.TokenKey); r != nil {
			t.Fatal(r)
		}
		if n := b.openNow(t, l); n != 1 {
			t.Errorf("%d open", n)
		}
		release := func(x tx.Tx) (any, error) { return nil, b.sessions.Release(x, b.vendor, other.UUID) }
		storetest.Do(t, e, release)
		storetest.Refuse(t, e, "session_over", release)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM sessions WHERE end_reason = 'released'`); n != 3 || b.openNow(t, l) != 0 {
			t.Errorf("%d released", n)
		}
		b.counted(t)
	})
}

func TestDaysRunFromTheFirstSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.floating(t, 3, func(e *catalog.Edition) { e.Policy.TrialDays = 1 }))
		b.opened(t, l, "a")
		e.Clock.Advance(day(1) - 20*time.Second)
		if s := b.opened(t, l, "a"); !s.ValidUntil.Equal(storetest.Start.Add(day(1))) {
			t.Errorf("a session until %v outlives its trial", s.ValidUntil)
		}
		e.Clock.Advance(20 * time.Second)
		b.denied(t, refusal.Expired, l, "a")
		if b.openNow(t, l) != 0 {
			t.Error("it is open after the trial")
		}
	})
}

func TestSessionsOfUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.floating(t, 3, func(e *catalog.Edition) { e.ClientType = terms.Users }))
		b.denied(t, refusal.MissingUser, l, "a")
		b.opened(t, l, "a", by("ann"))
		b.opened(t, l, "a", by("ann"), called("2"))
		b.denied(t, refusal.UserHasAnotherOn, l, "b", by("ann"))
		b.opened(t, l, "b", by("bob"))
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.licenses.AddUser(x, b.vendor, l.ID, "ann") })
		b.denied(t, refusal.UnknownUser, l, "b", by("bob"))
		e.Clock.Advance(time.Minute)
		b.opened(t, l, "b", by("ann"))
		b.counted(t)
	})
}

func TestOveruseAndDenialsAreAnnounced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.subscribe(x, floating.EventDenied, floating.EventOveruse) })
		enforced := b.issue(t, b.floating(t, 1))
		loose := b.issue(t, b.floating(t, 1, func(e *catalog.Edition) { e.Policy.EnforceFloatingLimit = false }))
		for i := range 4 {
			b.session(t, enforced, strconv.Itoa(i))
			if s := b.opened(t, loose, strconv.Itoa(i)); s.IsOveruse != (i > 0) {
				t.Errorf("session %d: %+v", i, s)
			}
		}
		for event, want := range map[string]int{floating.EventDenied: 1, floating.EventOveruse: 1} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = $1`, event); n != want {
				t.Errorf("%d of %s, want %d", n, event, want)
			}
		}
		e.Clock.Advance(30 * time.Second)
		b.opened(t, enforced, "0")
		e.Clock.Advance(time.Hour)
		b.opened(t, enforced, "9")
		b.session(t, enforced, "8")
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = 'session.denied'`); n != 2 {
			t.Errorf("%d denials announced an hour later, want 2", n)
		}
	})
}

// A thousand clients at once: exactly as many as there is room for get in.
func TestAThousandConcurrentOpens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		crowd(t, b, b)
	})
}

func TestAThousandConcurrentOpensOnTwoCopies(t *testing.T) {
	t.Parallel()
	b := newLicenses(t, storetest.Postgres(t))
	crowd(t, b, b.on(t, storetest.Open(t, b.Config)))
}

func crowd(t *testing.T, one, two licenseBench) {
	t.Helper()
	const room = 37
	l := one.issue(t, one.floating(t, room))
	copies := []licenseBench{one, two}
	var granted, full int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			b := copies[i%2]
			var out floating.Outcome
			err := b.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				out, err = b.sessions.Open(x, floating.Call{Vendor: b.vendor, Presented: l.LicenseKey.String(), ClientID: "client-" + strconv.Itoa(i)})
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Error(err)
			case out.Refusal == nil:
				granted++
			case out.Refusal.ID == refusal.NoSessionLeft:
				full++
			default:
				t.Errorf("refused with %d", out.Refusal.ID)
			}
		})
	}
	all.Wait()
	if granted != room || full != 1000-room || one.openNow(t, l) != room {
		t.Errorf("%d granted, %d refused; want %d and %d", granted, full, room, 1000-room)
	}
	one.counted(t)
}
