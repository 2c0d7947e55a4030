package licensing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// In Havana 00:30 comes twice in the night in which November begins: the first midnight
// is the boundary, and a device takes one place of each month.
func TestADeviceCountsOnceAMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		const havana = "America/Havana"
		b, l := monthly(t, e, havana, 2, 0, 0)
		b.goTo(t, "2026-10-20T12:00:00Z")
		first := b.Granted(t, l.LicenseKey, "D")
		b.goTo(t, "2026-11-01T03:59:59Z")
		if r := b.calls(t, "D"); r != 0 {
			t.Fatalf("refused with %d", r)
		}
		b.counted(t, l, havana, 1)
		october := b.inMonth(t, l, havana)
		if october.Begins != at(t, "2026-10-01T04:00:00Z") || october.Ends != at(t, "2026-11-01T04:00:00Z") || october.Allowed != 2 {
			t.Errorf("October is %+v", october)
		}

		b.goTo(t, "2026-11-01T04:00:00Z")
		b.counted(t, l, havana, 0) // nobody was here yet
		b.goTo(t, "2026-11-01T04:30:00Z")
		if r := b.calls(t, "D"); r != 0 {
			t.Fatalf("refused with %d", r)
		}
		b.counted(t, l, havana, 1)
		november := b.inMonth(t, l, havana)
		if november.Begins != october.Ends || november.Ends != at(t, "2026-12-01T05:00:00Z") {
			t.Errorf("November is %+v", november)
		}
		b.goTo(t, "2026-11-01T05:30:00Z") // half past twelve again
		if r := b.calls(t, "D"); r != 0 {
			t.Fatalf("refused with %d", r)
		}
		if again := b.Granted(t, l.LicenseKey, "D"); again.UUID != first.UUID {
			t.Error("activating again made another activation")
		}
		b.counted(t, l, havana, 1)
		if past, err := b.Store.PastMonths(t.Context(), b.reread(t, l), b.Clock.Now(), 12); err != nil || len(past) != 1 ||
			past[0].Used != 1 || past[0].Ends != november.Begins {
			t.Errorf("the months of the past are %+v, %v", past, err)
		}
	})
}

// A device that finds no place stays activated, may not run in that month, and is told
// so; giving up a device gives nothing back; a device that was counted has its place.
func TestAMonthThatIsFull(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		const utc = "UTC"
		b, l := monthly(t, e, utc, 1, 1, 1)
		held := map[string]*licensing.Activation{}
		for _, client := range []string{"a", "b", "c"} {
			held[client] = b.Granted(t, l.LicenseKey, client)
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		if since := b.reread(t, l).UsedUpSince(b.Clock.Now()); since.IsZero() {
			t.Error("the licence is not used up")
		}
		if r := b.Unassign(t, held["a"].TokenKey); r != nil {
			t.Fatal(r)
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		back := b.Granted(t, l.LicenseKey, "a")
		if back.UUID == held["a"].UUID || back.Place != held["a"].Place {
			t.Errorf("the device that was deleted has the place %+v, and had %+v", back.Place, held["a"].Place)
		}
		b.counted(t, l, utc, 3)
		now := b.reread(t, l)
		if now.OnGoodwill(b.Clock.Now()) != 1 || now.Held() != 3 {
			t.Errorf("%d on goodwill, %d held", now.OnGoodwill(b.Clock.Now()), now.Held())
		}
		for client, goodwill := range map[string]bool{"a": false, "b": false, "c": true} {
			out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: client})
			if out.Refusal != nil || out.State.IsGoodwill != goodwill || (out.State.GoodwillNotice() != "") != goodwill {
				t.Errorf("%s: %+v, goodwill %t: %s", client, out.Refusal, out.State.IsGoodwill, out.State.GoodwillNotice())
			}
		}

		b.goTo(t, "2026-04-10T00:00:00Z")
		if since := b.reread(t, l).UsedUpSince(b.Clock.Now()); !since.IsZero() {
			t.Error("the licence is used up in the next month, in which nobody was here")
		}
		b.Granted(t, l.LicenseKey, "d") // comes first now
		for _, client := range []string{"b", "c"} {
			if r := b.calls(t, client); r != 0 {
				t.Errorf("%s was refused with %d", client, r)
			}
		}
		out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "a"})
		if out.Refusal == nil || out.Refusal.ID != refusal.NoTokenLeft || !strings.Contains(out.Refusal.Help, "2026-05-01 00:00 UTC") {
			t.Fatalf("the device without a place is answered %+v", out.Refusal)
		}
		b.counted(t, l, utc, 3)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE released_at IS NULL`); n != 4 {
			t.Errorf("%d activations are there, want all 4", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM last_refusals WHERE client_id = 'a' AND reason = 2000`); n != 1 {
			t.Error("the refused device is not among the last refusals")
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "a")

		b.goTo(t, "2026-05-01T00:00:00Z")
		if r := b.calls(t, "a"); r != 0 {
			t.Errorf("refused with %d in the next month", r)
		}
		b.counted(t, l, utc, 1)
	})
}

// Heartbeats open a transaction at the first of a month only; a refused device's do once.
func TestHeartbeatsOfAMonthReadOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 1, 0, 0)
		b.Granted(t, l.LicenseKey, "in")
		b.goTo(t, "2026-03-31T23:59:00Z")
		b.calls(t, "in")
		b.goTo(t, "2026-04-01T00:00:01Z")
		b.Granted(t, l.LicenseKey, "early")
		if r := b.calls(t, "in"); r != refusal.NoTokenLeft {
			t.Fatalf("got %d", r)
		}
		runs := &countedRuns{Runner: e.DB}
		service, err := licensing.New(licensing.Config{
			Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: runs, IDs: e.IDs,
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Licenses = service
		b.calls(t, "early") // the first heartbeat of its day
		runs.n = 0
		for range 5 {
			b.calls(t, "early")
			if r := b.calls(t, "in"); r != refusal.NoTokenLeft {
				t.Fatalf("got %d", r)
			}
		}
		if runs.n != 0 {
			t.Errorf("%d transactions for heartbeats that change nothing", runs.n)
		}
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM pulses WHERE day_count >= 6`); n != 2 {
			t.Error("a refused device was not noted as seen")
		}
		raise := int64(2)
		b.Update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &raise; return o }})
		if r := b.calls(t, "in"); r != 0 {
			t.Errorf("refused with %d after the limit was raised", r)
		}
		b.counted(t, l, "UTC", 2)
	})
}

type countedRuns struct {
	tx.Runner

	n int
}

func (r *countedRuns) Run(ctx context.Context, fn func(tx.Tx) error) error {
	r.n++
	return r.Runner.Run(ctx, fn)
}

// A new limit holds at once for who comes next. Places that were given hold, whatever
// becomes of the limit; who is above the contract is reckoned from it.
func TestALimitThatChangesWithinAMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 1, 0, 1)
		b.FollowEditions()
		set := func(n int64) {
			t.Helper()
			l = b.Update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &n; return o }})
		}
		b.Granted(t, l.LicenseKey, "a")
		if a := b.Granted(t, l.LicenseKey, "b"); !a.GoodwillAt(l, b.Clock.Now()) {
			t.Error("the second device is not on goodwill")
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "c")
		set(2)
		if !l.UsedUpSince(b.Clock.Now()).IsZero() || l.OnGoodwill(b.Clock.Now()) != 0 {
			t.Error("more places did not make the licence whole")
		}
		b.Granted(t, l.LicenseKey, "c")
		set(1)
		for _, client := range []string{"a", "b", "c"} {
			if r := b.calls(t, client); r != 0 {
				t.Errorf("%s lost its place: %d", client, r)
			}
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		if n := b.reread(t, l).OnGoodwill(b.Clock.Now()); n != 2 {
			t.Errorf("%d devices are above the contract of 1", n)
		}
		b.counted(t, l, "UTC", 3)
		b.goTo(t, "2026-04-02T00:00:00Z")
		for client, want := range map[string]int{"a": 0, "b": 0} {
			if r := b.calls(t, client); r != want {
				t.Errorf("%s got %d", client, r)
			}
		}
		if r := b.calls(t, "c"); r != refusal.NoTokenLeft {
			t.Errorf("the third of 2 got %d", r)
		}
		b.counted(t, l, "UTC", 2)
	})
}

// A changed zone holds from the next month: the running one ends as it was begun.
func TestAZoneThatChangesWithinAMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "Europe/Berlin", 5, 0, 0)
		b.Granted(t, l.LicenseKey, "a")
		b.moveTo(t, "America/Los_Angeles")
		b.goTo(t, "2026-03-31T21:59:59Z")
		b.Granted(t, l.LicenseKey, "b")
		b.counted(t, l, "America/Los_Angeles", 2)
		b.goTo(t, "2026-03-31T22:00:00Z") // midnight in Berlin, afternoon in Los Angeles
		b.calls(t, "a")
		b.counted(t, l, "America/Los_Angeles", 1)
		b.goTo(t, "2026-04-01T07:00:00Z") // midnight in Los Angeles: nothing begins
		b.calls(t, "a")
		b.calls(t, "b")
		b.counted(t, l, "America/Los_Angeles", 2)
		m := b.inMonth(t, l, "America/Los_Angeles")
		if m.Begins != at(t, "2026-03-31T22:00:00Z") || m.Ends != at(t, "2026-05-01T07:00:00Z") {
			t.Errorf("April is %+v", m.Span)
		}
	})
}

// A clock that leaps ahead for a moment ends no month for good.
func TestAClockThatLeaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 3, 0, 0)
		now := b.Clock.Now()
		b.Granted(t, l.LicenseKey, "a")
		b.Granted(t, l.LicenseKey, "b")
		b.goTo(t, "2036-02-07T06:28:15Z")
		b.calls(t, "a")
		b.counted(t, l, "UTC", 1)
		b.Clock.Advance(now.Sub(b.Clock.Now()))
		b.calls(t, "b")
		b.calls(t, "a")
		b.Granted(t, l.LicenseKey, "c")
		b.counted(t, l, "UTC", 3)
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
	})
}

// Only heartbeats that say that the device may run use a place; no key of a token
// activates; a key pair that is new takes the place of the one before.
func TestWhatUsesNoPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 2, 0, 0)
		a := b.Granted(t, l.LicenseKey, "a")
		if keys := b.TokenKeys(t, l); len(keys) != 0 {
			t.Errorf("the licence has %d token keys", len(keys))
		}
		if again := b.Granted(t, a.TokenKey, "a"); again.UUID != a.UUID {
			t.Error("a device's own token key leads to another activation")
		}
		if r := b.Unassign(t, a.TokenKey); r != nil {
			t.Fatal(r)
		}
		b.Refused(t, refusal.InvalidKey, a.TokenKey, "b")
		b.Granted(t, l.LicenseKey, "a")
		b.goTo(t, "2026-04-02T00:00:00Z")
		off, on := false, true
		b.Update(t, l, licensing.Change{IsActive: &off})
		if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "a"}); out.Refusal != nil || out.State.IsValid {
			t.Errorf("a licence that is switched off answers %+v", out)
		}
		b.counted(t, l, "UTC", 0)
		b.Update(t, l, licensing.Change{IsActive: &on})
		b.calls(t, "a")
		b.counted(t, l, "UTC", 1)

		if out := b.ActivateAs(t, "1", 1, l.LicenseKey); out.Refusal != nil {
			t.Fatal(out.Refusal)
		}
		b.counted(t, l, "UTC", 2)
		out := b.ActivateAs(t, "2", 1, l.LicenseKey)
		if out.Refusal != nil || out.State.Activation.Place.Number != 2 {
			t.Fatalf("the reinstalled device: %+v", out)
		}
		b.counted(t, l, "UTC", 2)
		b.goTo(t, "2026-05-02T00:00:00Z")
		b.Granted(t, l.LicenseKey, "c")
		b.Granted(t, l.LicenseKey, "d")
		if out := b.ActivateAs(t, "3", 1, l.LicenseKey); out.Refusal == nil || out.Refusal.ID != refusal.NoTokenLeft {
			t.Errorf("a reinstalled device in a full month: %+v", out)
		}
		if out := b.ActivateAs(t, "2", 2, l.LicenseKey); out.Refusal == nil || out.Refusal.ID != refusal.NoTokenLeft {
			t.Errorf("a device in a full month: %+v", out)
		}
		b.counted(t, l, "UTC", 2)
	})
}

// A licence does not move between editions that count differently.
func TestMovingToAnEditionThatCountsDifferently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 2, 0, 0)
		held := b.Limited(t, 2, 0, 0)
		storetest.Refuse(t, e, "edition_differs", func(x tx.Tx) (*licensing.License, error) {
			return b.Licenses.Update(x, b.Vendor, l.ID, licensing.Change{Edition: held.UUID})
		})
		b.Granted(t, l.LicenseKey, "a")
		more := b.Limited(t, 7, 0, 0, byMonth)
		if moved := b.Update(t, l, licensing.Change{Edition: more.UUID}); moved.Month.Used != 1 {
			t.Errorf("the move left %+v", moved.Month)
		}
		b.counted(t, l, "UTC", 1)
		files := true
		fields := storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (*licensing.License, error) {
			return b.Licenses.Update(x, b.Vendor, l.ID, licensing.Change{
				Overrides: func(o terms.Overrides) terms.Overrides { o.OfflineAllowed = &files; return o },
			})
		})
		if len(fields) != 1 || fields[0].Name != "offline_allowed" {
			t.Errorf("refused for %+v", fields)
		}
	})
}

// Lists find a licence that is used up, and one above its contract; a month later they do
// not. Past months keep their count when their places are folded.
func TestMonthsOfThePast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 1, 0, 1)
		b.Granted(t, l.LicenseKey, "a")
		b.Granted(t, l.LicenseKey, "b")
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "c")
		found := func() (n int) {
			for _, f := range []licensing.Filter{{UsedUp: true}, {OnGoodwill: true}} {
				n += storetest.Count(t, e, map[bool]string{
					true:  `SELECT COUNT(*) FROM licenses WHERE used_up_at IS NOT NULL`,
					false: `SELECT COUNT(*) FROM licenses WHERE goodwill_used > 0`,
				}[f.UsedUp])
			}
			return n
		}
		if n := found(); n != 2 {
			t.Errorf("%d lists name the licence, want both", n)
		}
		b.goTo(t, "2026-04-01T00:00:00Z")
		if n, err := b.Licenses.OpenMonths(t.Context()); n != 1 || err != nil {
			t.Errorf("%d months opened, %v", n, err)
		}
		if n := found(); n != 0 {
			t.Errorf("%d lists name the licence in a new month", n)
		}
		if n, err := b.Licenses.OpenMonths(t.Context()); n != 0 || err != nil {
			t.Errorf("%d months opened again, %v", n, err)
		}
		b.calls(t, "a")
		storetest.Sound(t, e)
		if n, err := b.Store.FoldMonths(t.Context(), b.Clock.Now()); n != 0 || err != nil {
			t.Errorf("%d months folded that have just ended, %v", n, err)
		}
		b.goTo(t, "2026-04-20T00:00:00Z")
		if n, err := b.Store.FoldMonths(t.Context(), b.Clock.Now()); n != 1 || err != nil {
			t.Errorf("%d months folded, %v", n, err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM month_places`); n != 1 {
			t.Errorf("%d places are left, want that of April", n)
		}
		past, err := b.Store.PastMonths(t.Context(), b.reread(t, l), b.Clock.Now(), 12)
		if err != nil || len(past) != 1 || past[0].Used != 2 || past[0].Allowed != 2 {
			t.Errorf("the past is %+v, %v", past, err)
		}
		storetest.Sound(t, e)
	})
}

// Events and mails of a month: once, for the first device above the contract and the first
// refusal.
func TestWhatIsToldOfAMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", 1, 0, 2)
		told := &tellings{}
		service, err := licensing.New(licensing.Config{
			Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: e.DB, IDs: e.IDs, Notices: told,
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Licenses = service
		for _, client := range []string{"a", "b", "c"} {
			b.Granted(t, l.LicenseKey, client)
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "e")
		if told.goodwill != 1 || told.usedUp != 1 {
			t.Errorf("told of goodwill %d times and of a used-up month %d times", told.goodwill, told.usedUp)
		}
		b.goTo(t, "2026-04-03T00:00:00Z")
		for _, client := range []string{"c", "b", "a"} {
			b.calls(t, client)
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		if told.goodwill != 2 || told.usedUp != 2 {
			t.Errorf("told of goodwill %d times and of a used-up month %d times, in two months", told.goodwill, told.usedUp)
		}
	})
}

type tellings struct {
	goodwill, usedUp, nearly int
	fresh                    []licensing.NewDevices
}

func (n *tellings) RefreshDue(tx.Tx, *licensing.License, *licensing.Activation, bool) error {
	return nil
}
func (n *tellings) RefreshDays(tx.Tx, ident.VendorID) (int, error) { return 14, nil }
func (n *tellings) NearlyUsedUp(tx.Tx, *licensing.License) error   { n.nearly++; return nil }
func (n *tellings) NewDevices(_ tx.Tx, _ *licensing.License, d licensing.NewDevices) error {
	n.fresh = append(n.fresh, d)
	return nil
}

func (*tellings) Issued(tx.Tx, *licensing.License, bool) error      { return nil }
func (*tellings) NewKey(tx.Tx, *licensing.License) error            { return nil }
func (*tellings) Ending(tx.Tx, *licensing.License, time.Time) error { return nil }
func (*tellings) Ended(tx.Tx, licensing.State) error                { return nil }
func (*tellings) EndingDays(tx.Tx, ident.VendorID) (int, error)     { return 0, nil }
func (n *tellings) UsedUp(tx.Tx, *licensing.License) error          { n.usedUp++; return nil }
func (n *tellings) GoodwillEntered(tx.Tx, *licensing.License, *licensing.Activation) error {
	n.goodwill++
	return nil
}
