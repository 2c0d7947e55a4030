package floating_test

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

func TestSessionsOpenRenewCloseAndLapse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Floating(t, 2))
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
		all, err := b.Leases.List(t.Context(), b.Vendor, l.ID, floating.Filter{}, e.Clock.Now(), listing.Request{Limit: 10, Desc: true})
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
		edition := b.Floating(t, 3)
		one, two := b.Issue(t, edition), b.Issue(t, edition)
		b.opened(t, one, "a")
		b.opened(t, two, "a")
		e.Clock.Advance(30 * time.Second)
		b.opened(t, two, "b")
		e.Clock.Advance(30 * time.Second)
		n, err := b.Sessions.Tidy(t.Context())
		if err != nil || n != 2 {
			t.Errorf("%d licences tidied, %v", n, err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM sessions WHERE ended_at = valid_until AND end_reason = 'lapsed'`); n != 2 {
			t.Errorf("%d lapses written down", n)
		}
		b.counted(t)
		if n, err := b.Sessions.Tidy(t.Context()); err != nil || n != 0 {
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
		b := newLicenses(t, storetest.Hurried(t, e))
		const many, step = 230, 100
		l := b.Issue(t, b.Floating(t, many))
		storetest.Do(t, b.Env, func(x tx.Tx) (any, error) {
			for i := range many {
				c := floating.Call{Vendor: b.Vendor, Presented: l.LicenseKey.String(), ClientID: "c" + strconv.Itoa(i)}
				if out, err := b.Sessions.Open(x, c); err != nil || out.Refusal != nil {
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
		config := b.Sessions.Config
		config.Runner = storetest.StopsAfter(b.DB, 1, stop)
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
		if _, err := b.Sessions.Tidy(t.Context()); err != nil {
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
		l := b.Issue(t, b.Floating(t, 100, func(e *catalog.Edition) { e.Policy.MaxSessionsPerClient, e.Policy.CheckoutPeriodMinutes = 2, 600 }))
		named := b.Issue(t, b.Limited(t, 1, 0, 0))
		b.denied(t, refusal.NamedLicense, named, "a")
		b.denied(t, refusal.MissingClientID, l, "  ")
		b.denied(t, refusal.MissingClientID, l, " \u200b")
		b.denied(t, refusal.MissingClientID, l, "")
		b.denied(t, refusal.BadSessionID, l, "a", called("a\nb"))
		b.denied(t, refusal.CheckoutTooLong, l, "a", func(c *floating.Call) { c.Checkout = 601 })
		b.denied(t, refusal.InvalidKey, l, "a", func(c *floating.Call) { c.Presented = e.IDs.V4().String() })
		byID := func(c *floating.Call) { c.Presented = l.UUID.String() }
		b.denied(t, refusal.InvalidKey, l, "a", byID)
		key := []byte("the public key of this very client")
		activation := b.Try(t, licensing.ActivateCommand{
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
			return nil, b.Licenses.Suspend(x, b.Vendor, activation.UUID, e.Clock.Now().Add(time.Hour))
		})
		b.denied(t, refusal.Suspended, l, "a", proven)
		if r := b.close(t, l, "a", proven, called("2")); r != nil {
			t.Errorf("a suspended client can't give its session back: %+v", r)
		}
		off := false
		b.Update(t, l, licensing.Change{IsActive: &off})
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
		l := b.Issue(t, b.Floating(t, 3))
		a := b.Granted(t, l.LicenseKey, "a")
		b.opened(t, l, "a", called("1"))
		b.opened(t, l, "a", called("2"))
		other := b.opened(t, l, "b")
		if r := b.Unassign(t, a.TokenKey); r != nil {
			t.Fatal(r)
		}
		if n := b.openNow(t, l); n != 1 {
			t.Errorf("%d open", n)
		}
		release := func(x tx.Tx) (any, error) { return nil, b.Sessions.Release(x, b.Vendor, other.UUID) }
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
		l := b.Issue(t, b.Floating(t, 3, func(e *catalog.Edition) { e.Policy.TrialDays = 1 }))
		b.opened(t, l, "a")
		e.Clock.Advance(storetest.Days(1) - 20*time.Second)
		if s := b.opened(t, l, "a"); !s.ValidUntil.Equal(storetest.Start.Add(storetest.Days(1))) {
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
		l := b.Issue(t, b.Floating(t, 3, func(e *catalog.Edition) { e.ClientType = terms.Users }))
		b.denied(t, refusal.MissingUser, l, "a")
		b.opened(t, l, "a", by("ann"))
		b.opened(t, l, "a", by("ann"), called("2"))
		b.denied(t, refusal.UserHasAnotherOn, l, "b", by("ann"))
		b.opened(t, l, "b", by("bob"))
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.AddUser(x, b.Vendor, l.ID, "ann") })
		b.denied(t, refusal.UnknownUser, l, "b", by("bob"))
		e.Clock.Advance(time.Minute)
		b.opened(t, l, "b", by("ann"))
		b.counted(t)
	})
}

func TestOveruseAndDenialsAreAnnounced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		storetest.Subscribe(t, e, b.Vendor, floating.EventDenied, floating.EventOveruse)
		enforced := b.Issue(t, b.Floating(t, 1))
		loose := b.Issue(t, b.Floating(t, 1, func(e *catalog.Edition) { e.Policy.EnforceFloatingLimit = false }))
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
	crowd(t, b, licenseBench{b.On(t, storetest.Open(t, b.Config))})
}

func crowd(t *testing.T, one, two licenseBench) {
	t.Helper()
	const room = 37
	l := one.Issue(t, one.Floating(t, room))
	copies := []licenseBench{one, two}
	var granted, full int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			b := copies[i%2]
			var out floating.Outcome
			err := b.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				out, err = b.Sessions.Open(x, floating.Call{Vendor: b.Vendor, Presented: l.LicenseKey.String(), ClientID: "client-" + strconv.Itoa(i)})
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
