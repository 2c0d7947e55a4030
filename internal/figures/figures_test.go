package figures_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/refusal"
	"chancery/internal/store"
	figurestore "chancery/internal/store/figures"
	"chancery/internal/store/invariants"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// counting is a bench with the figures' service.
type counting struct {
	storetest.LicenseBench

	figures *figures.Service
	rows    figurestore.Store
	since   time.Time
}

func newCounting(t *testing.T, e storetest.Env) counting {
	t.Helper()
	c := counting{LicenseBench: storetest.NewLicenses(t, e), rows: figurestore.Store{DB: e.DB}, since: e.Clock.Now()}
	var err error
	if c.figures, err = figures.New(figures.Config{Store: c.rows, Runner: e.DB, Clock: e.Clock, Real: e.Clock}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c counting) count(t *testing.T) int {
	t.Helper()
	if err := c.Pulses.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, err := c.figures.Count(t.Context(), c.Vendor, c.since)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// says is a figure of a day, as "value=n" in order.
func (c counting) says(t *testing.T, f figures.Figure, day int64, want string) {
	t.Helper()
	rows, err := c.rows.Days(t.Context(), c.Vendor, f, 0, day, day)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 0, len(rows))
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s=%d", r.Value, r.N))
	}
	if text := strings.Join(got, " "); text != want {
		t.Errorf("%s of day %d: %q, want %q", f, day, text, want)
	}
}

func TestFiguresOfDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		c := newCounting(t, e)
		first := figures.DayOf(e.Clock.Now())
		edition := c.Limited(t, 2, 0, 1)
		l := c.Issue(t, edition)
		beat := func(client, version, country string) {
			t.Helper()
			out := c.Heartbeat(t, licensing.HeartbeatCommand{ClientID: client, Client: licensing.Client{SoftwareVersion: version, Country: country}})
			if out.Refusal != nil {
				t.Fatalf("%+v", out.Refusal)
			}
		}
		a := c.Granted(t, l.LicenseKey, "a")
		c.Granted(t, l.LicenseKey, "b")
		c.Granted(t, l.LicenseKey, "zone")
		c.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		c.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		beat("a", "1", "DE")
		beat("a", "1", "DE")
		beat("a", "2", "DE")
		beat("b", "1", "FR")
		e.Clock.Advance(storetest.Days(1))
		if r := c.Unassign(t, a.TokenKey); r != nil {
			t.Fatal(r)
		}
		beat("b", "2", "FR")
		c.count(t)
		storetest.Sound(t, c.Env)
		c.says(t, figures.Activations, first, "=3")
		c.says(t, figures.Releases, first, "")
		c.says(t, figures.Releases, first+1, "client=1")
		c.says(t, figures.Denials, first, "2000=2")
		c.says(t, figures.Heartbeats, first, "=4")
		c.says(t, figures.Heartbeats, first+1, "=1")
		c.says(t, figures.Active(figures.All), first, "=2")
		c.says(t, figures.Active(figures.Version), first, "1=1 2=1")
		c.says(t, figures.Active(figures.Country), first, "DE=1 FR=1")
		c.says(t, figures.Active(figures.Edition), first+1, edition.UUID.String()+"=1")
		c.says(t, figures.GoodwillEntered, first, "=1")
		c.says(t, figures.GoodwillLeft, first+1, "regular=1")
		c.says(t, figures.Seen(7, figures.All), first+1, "=2")
		c.says(t, figures.Seen(7, figures.Version), first+1, "=1 2=1")
		c.says(t, figures.Licenses, first+1, figures.StateValid+"=1")

		// What is counted twice is not there twice; a day that is over is left alone
		// once it was counted after it was settled.
		c.count(t)
		c.says(t, figures.Activations, first, "=3")
		e.Clock.Advance(storetest.Days(1))
		if n := c.count(t); n != 2 {
			t.Errorf("%d days were counted, want the present one and the one before it", n)
		}
		storetest.Sound(t, c.Env)
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE figures SET n = n + 1 WHERE figure = $1 AND day = $2`, figures.Heartbeats, first)
		})
		if found, err := invariants.Run(t.Context(), c.DB); err != nil || len(found) != 1 {
			t.Errorf("a wrong figure is found as %v, %v", found, err)
		}
	})
}

func TestGoodwillZone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		c := newCounting(t, e)
		l := c.Issue(t, c.Limited(t, 1, 0, 2))
		regular := c.Granted(t, l.LicenseKey, "regular")
		zone := func(want string) {
			t.Helper()
			found, err := c.Store.GoodwillZone(t.Context(), c.Vendor, l.Customer.UUID, e.Clock.Now(), listing.Request{Limit: 1, Sort: "since"})
			var got []string
			for err == nil {
				for _, g := range found.Items {
					got = append(got, fmt.Sprintf("%s %d", g.Device.Number, g.Times))
				}
				if found.Next == "" {
					break
				}
				r, bad := listing.Parse(1, "since", found.Next, "since")
				if bad != nil {
					t.Fatal(bad)
				}
				found, err = c.Store.GoodwillZone(t.Context(), c.Vendor, l.Customer.UUID, e.Clock.Now(), r)
			}
			if text := strings.Join(got, ", "); err != nil || text != want {
				t.Errorf("in the zone: %q, %v, want %q", text, err, want)
			}
			storetest.Sound(t, c.Env)
		}
		zone("")
		c.Granted(t, l.LicenseKey, "one")
		e.Clock.Advance(time.Hour)
		two := c.Granted(t, l.LicenseKey, "two")
		zone("one 2, two 2")
		if r := c.Unassign(t, two.TokenKey); r != nil {
			t.Fatal(r)
		}
		zone("one 2")
		if r := c.Unassign(t, regular.TokenKey); r != nil { // one turns regular
			t.Fatal(r)
		}
		zone("")
		c.Granted(t, l.LicenseKey, "three")
		zone("three 3")
		for pair := range byte(3) { // a reinstalled client goes on with its stay
			e.Clock.Advance(time.Minute)
			if out := c.Try(t, licensing.ActivateCommand{
				Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "keyed", Client: licensing.Client{PublicKey: []byte{pair}},
				Proof: func(key []byte) (int64, bool) { return 0, key[0] == pair },
			}); out.Refusal != nil {
				t.Fatal(out.Refusal)
			}
			zone("three 4, keyed 4")
		}
		// 90 days later the two stays that are over are forgotten; the one that goes on counts.
		e.Clock.Advance(licensing.GoodwillMemory - 30*time.Minute)
		zone("three 4, keyed 4")
		e.Clock.Advance(time.Hour)
		zone("three 2, keyed 2")
	})
}

// announced: what ends soon is found to be announced, each once; what was announced
// already, or is switched off, is not looked at again.
func (c counting) announced(t *testing.T, now time.Time, want []string) {
	t.Helper()
	const kind = "license.expiring"
	found := func() map[ident.LicenseID]bool {
		all := map[ident.LicenseID]bool{}
		for id, err := range c.Store.Ending(t.Context(), c.Vendor, kind, now, now.Add(storetest.Days(30))) {
			if err != nil {
				t.Fatal(err)
			}
			all[id] = true
		}
		return all
	}
	before, off := found(), false
	for i, line := range want {
		_, text, _ := strings.Cut(line, " ")
		id, err := ident.ParseUUID(text)
		if err != nil {
			t.Fatal(err)
		}
		l, err := c.Store.ByUUID(t.Context(), c.Vendor, id)
		if err != nil || !before[l.ID] {
			t.Fatalf("%s is not found to end, %v", line, err)
		}
		if i%2 == 0 {
			storetest.Do(t, c.Env, func(x tx.Tx) (bool, error) {
				return c.Store.NoteEnd(x, c.Vendor, l.ID, kind, l.ExpiryOf(l.Terms().Policy))
			})
			continue
		}
		storetest.Do(t, c.Env, func(x tx.Tx) (*licensing.License, error) {
			return c.Licenses.Update(x, c.Vendor, l.ID, licensing.Change{IsActive: &off})
		})
		if found()[l.ID] {
			t.Errorf("%s is switched off, and looked at all the same", line)
		}
		on := true
		storetest.Do(t, c.Env, func(x tx.Tx) (*licensing.License, error) {
			return c.Licenses.Update(x, c.Vendor, l.ID, licensing.Change{IsActive: &on})
		})
	}
	if after := found(); len(after) >= len(before) {
		t.Errorf("%d were to be announced, and %d are after half of them were", len(before), len(after))
	}
}

func TestLicensesThatEndSoon(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		c := newCounting(t, e)
		now := e.Clock.Now()
		days := func(n int) *int { return &n }
		at := func(n int) *time.Time { end := now.Add(storetest.Days(n)); return &end }
		editions := []func(p *terms.Policy){
			func(*terms.Policy) {},
			func(p *terms.Policy) { p.ExpiresMode, p.ExpiresDays = terms.ExpiresDaysActivated, days(10) },
			func(p *terms.Policy) { p.ExpiresMode, p.ExpiresAt = terms.ExpiresAt, at(20) },
			func(p *terms.Policy) { p.TrialDays = 5 },
			func(p *terms.Policy) { p.TrialDays, p.ExpiresMode, p.ExpiresAt = 25, terms.ExpiresAt, at(20) },
			func(p *terms.Policy) {
				p.TrialDays, p.ExpiresMode, p.ExpiresDays = 25, terms.ExpiresDaysActivated, days(40)
			},
		}
		changes := []licensing.Change{
			{},
			{Expiry: &licensing.Expiry{Mode: terms.ExpiresNever}},
			{Expiry: &licensing.Expiry{Mode: terms.ExpiresAt, At: *at(3)}},
			{Expiry: &licensing.Expiry{Mode: terms.ExpiresDaysActivated, Days: 12}},
			{Overrides: func(o terms.Overrides) terms.Overrides { o.TrialDays = days(0); return o }},
			{Overrides: func(o terms.Overrides) terms.Overrides { o.TrialDays = days(7); return o }},
		}
		for i, change := range editions {
			edition := c.Limited(t, 2, 0, 0, change)
			for k, own := range changes {
				for used := range 2 {
					l := c.Issue(t, edition)
					if _, err := storetest.Try(t, e, func(x tx.Tx) (*licensing.License, error) { return c.Licenses.Update(x, c.Vendor, l.ID, own) }); err != nil {
						t.Fatal(err)
					}
					if used == 1 {
						c.Granted(t, l.LicenseKey, fmt.Sprintf("c%d-%d", i, k))
					}
				}
			}
		}
		e.Clock.Advance(storetest.Days(1))
		now = e.Clock.Now()
		all, err := c.Store.List(t.Context(), c.Vendor, licensing.Filter{}, listing.Request{Limit: 500, Desc: true, Sort: "created_at"})
		if err != nil || len(all.Items) != len(editions)*len(changes)*2 {
			t.Fatalf("%d licences, %v", len(all.Items), err)
		}
		var want []string
		soon := map[string]int64{}
		for _, l := range all.Items {
			end := l.ExpiryOf(l.Terms().Policy)
			if end.After(now) && end.Before(now.Add(storetest.Days(30))) {
				want = append(want, end.Format(time.RFC3339Nano)+" "+l.UUID.String())
			}
			for _, n := range figures.Spans() {
				if end.After(now) && !end.After(now.Add(storetest.Days(n))) {
					soon[fmt.Sprint(n)]++
				}
			}
		}
		var got []string
		r := listing.Request{Limit: 3, Sort: "ends"}
		for {
			page, err := c.Store.EndingSoon(t.Context(), c.Vendor, ident.UUID{}, now, now.Add(storetest.Days(30)), r)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Items {
				got = append(got, x.EndsAt.Format(time.RFC3339Nano)+" "+x.License.UUID.String())
			}
			if page.Next == "" {
				break
			}
			if r, err = listing.Parse(3, "ends", page.Next, "ends"); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(a[:20], b[:20]) }) {
			t.Errorf("they are not in the order of their ends: %v", got)
		}
		c.announced(t, now, want)
		slices.Sort(got)
		slices.Sort(want)
		if len(want) < 20 || !slices.Equal(got, want) {
			t.Errorf("%d are found to end soon, want %d\n%v\n%v", len(got), len(want), got, want)
		}
		c.count(t)
		rows, err := c.rows.Latest(t.Context(), c.Vendor, figures.Expiring, 0)
		if err != nil || len(rows) != 3 {
			t.Fatal(rows, err)
		}
		for _, row := range rows {
			if row.N != soon[row.Value] {
				t.Errorf("%d end within %s days, want %d", row.N, row.Value, soon[row.Value])
			}
		}
		storetest.Sound(t, c.Env)
	})
}

func TestDeniedUsedUpAndSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		c := newCounting(t, e)
		one, two := c.Issue(t, c.Limited(t, 1, 0, 0)), c.Issue(t, c.Limited(t, 1, 0, 0))
		for i, l := range []*licensing.License{one, two} {
			c.Granted(t, l.LicenseKey, fmt.Sprintf("c%d", i))
			c.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "late")
			e.Clock.Advance(2 * time.Hour)
		}
		c.Refused(t, refusal.NoTokenLeft, one.LicenseKey, "late")
		var denied []string
		r := listing.Request{Limit: 1, Sort: "hour", Desc: true}
		for range 5 {
			page, err := c.Store.Denied(t.Context(), c.Vendor, refusal.NoTokenLeft, c.since.Add(-time.Hour), r)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.Items {
				denied = append(denied, fmt.Sprintf("%s %d", d.License.UUID, d.Denied))
			}
			if page.Next == "" {
				break
			}
			if r, err = listing.Parse(1, "-hour", page.Next, "-hour"); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{one.UUID.String() + " 1", two.UUID.String() + " 1", one.UUID.String() + " 1"}
		if !slices.Equal(denied, want) {
			t.Errorf("denied: %v, want %v", denied, want)
		}
		used, err := c.Store.UsedUp(t.Context(), c.Vendor, ident.UUID{}, listing.Request{Limit: 10, Sort: "since", Desc: true})
		if err != nil || len(used.Items) != 2 || used.Items[0].License.ID != two.ID || used.Items[1].Refused != 2 {
			t.Errorf("used up: %+v, %v", used.Items, err)
		}
		version := "1"
		if out := c.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c1", Client: licensing.Client{SoftwareVersion: version}}); out.Refusal != nil {
			t.Fatal(out.Refusal)
		}
		seen, err := c.Store.Seats(t.Context(), c.Vendor, licensing.ClientFilter{SeenSince: licensing.DayOf(e.Clock.Now()) - 7, Version: &version},
			listing.Request{Limit: 10, Sort: "last_seen", Desc: true})
		if err != nil || len(seen.Items) != 1 || seen.Items[0].Activation.Device.Number != "c1" || seen.Items[0].License.ID != two.ID {
			t.Errorf("seen: %+v, %v", seen.Items, err)
		}
		all, err := c.Store.Seats(t.Context(), c.Vendor, licensing.ClientFilter{}, listing.Request{Limit: 1, Sort: "last_seen", Desc: true})
		if err != nil || len(all.Items) != 1 || all.Next == "" {
			t.Errorf("the first page of all: %+v, %v", all, err)
		}
	})
}
