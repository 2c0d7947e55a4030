package licensing_test

import (
	"fmt"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func TestHeartbeatRecordsWhatChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0))
		b.Granted(t, l.LicenseKey, "c")
		beat := func(version string) {
			t.Helper()
			out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: version, OperatingSystem: "Plan 9"}})
			if out.Refusal != nil || !out.State.IsValid {
				t.Fatalf("%+v", out)
			}
		}
		rows := func() int { return storetest.Count(t, e, `SELECT COUNT(*) FROM heartbeats`) }
		beat("1.0")
		beat("1.0")
		beat("1.0")
		if rows() != 1 {
			t.Errorf("%d history rows after equal heartbeats, want 1", rows())
		}
		beat("1.1")
		if rows() != 2 {
			t.Errorf("%d history rows after an upgrade, want 2", rows())
		}
		e.Clock.Advance(time.Hour)
		beat("1.1")
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT day_count FROM pulses`); n != 5 {
			t.Errorf("the day's count is %d, want 5", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM pulses WHERE last_seen_at = $1`, e.Clock.Now().UnixMilli()); n != 1 {
			t.Error("last seen did not move")
		}
		e.Clock.Advance(storetest.Days(1))
		beat("1.1")
		if n := storetest.Count(t, e, `SELECT SUM(day_count) FROM heartbeats`); rows() != 3 || n != 5 {
			t.Errorf("%d history rows with %d heartbeats of yesterday, want 3 and 5", rows(), n)
		}
	})
}

func TestHeartbeatRefusals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0))
		mine := b.Granted(t, l.LicenseKey, "c")
		free := b.Granted(t, l.LicenseKey, "d")
		if r := b.Unassign(t, free.TokenKey); r != nil {
			t.Fatal(r)
		}
		version := licensing.Client{SoftwareVersion: "1"}
		for _, c := range []struct {
			name    string
			command licensing.HeartbeatCommand
			want    int
		}{
			{"an unknown client", licensing.HeartbeatCommand{ClientID: "x"}, refusal.UnknownClient},
			{"blanks for a client", licensing.HeartbeatCommand{ClientID: " \t "}, refusal.MissingClientID},
			{"what shows nothing for a client", licensing.HeartbeatCommand{ClientID: "\u200b\u3164 \u2060"}, refusal.MissingClientID},
			{"no client", licensing.HeartbeatCommand{}, refusal.MissingClientID},
			{"a free token, no assignment", licensing.HeartbeatCommand{ClientID: "d", TokenKey: free.TokenKey}, refusal.TokenNotAssigned},
			{"an unknown token", licensing.HeartbeatCommand{ClientID: "d", TokenKey: e.IDs.V4()}, refusal.UnknownToken},
			{"another client's token", licensing.HeartbeatCommand{ClientID: "d", TokenKey: mine.TokenKey}, refusal.OtherToken},
		} {
			c.command.Client = version
			if out := b.Heartbeat(t, c.command); out.Refusal == nil || out.Refusal.ID != c.want {
				t.Errorf("%s: got %+v, want %d", c.name, out.Refusal, c.want)
			}
		}
		out, err := b.Licenses.Heartbeat(t.Context(), licensing.HeartbeatCommand{Vendor: b.Vendor, Product: e.IDs.V7(), ClientID: "c"})
		if err != nil || out.Refusal == nil || out.Refusal.ID != refusal.UnknownProduct {
			t.Errorf("an unknown product: %+v, %v", out.Refusal, err)
		}
	})
}

func TestSuspensionLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0))
		a := b.Granted(t, l.LicenseKey, "c")
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.Licenses.Suspend(x, b.Vendor, a.UUID, e.Clock.Now().Add(storetest.Days(2)))
		})
		beat := licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1"}}
		if out := b.Heartbeat(t, beat); out.Refusal == nil || out.Refusal.ID != refusal.Suspended {
			t.Errorf("heartbeat: %+v", out.Refusal)
		}
		b.Refused(t, refusal.Suspended, l.LicenseKey, "c")
		if r := b.Unassign(t, a.TokenKey); r == nil || r.ID != refusal.Suspended {
			t.Errorf("unassign: %+v", r)
		}
		e.Clock.Advance(storetest.Days(2))
		if out := b.Heartbeat(t, beat); out.Refusal != nil || out.State.Activation.TokenKey != a.TokenKey {
			t.Errorf("after the suspension: %+v", out)
		}
	})
}

func TestGoodwillEndsAfterItsDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		days := 3
		l := b.Issue(t, b.Limited(t, 1, 0, 2, func(p *terms.Policy) { p.GoodwillDays = &days }))
		b.Granted(t, l.LicenseKey, "a")
		b.Granted(t, l.LicenseKey, "b")
		b.Granted(t, l.LicenseKey, "c")
		e.Clock.Advance(storetest.Days(3))
		beat := licensing.HeartbeatCommand{ClientID: "b", Client: licensing.Client{SoftwareVersion: "1"}}
		if out := b.Heartbeat(t, beat); out.Refusal == nil || out.Refusal.ID != refusal.UnknownClient {
			t.Errorf("after its days: %+v", out)
		}
		n, err := b.Licenses.ReleaseGoodwill(t.Context())
		if err != nil || n != 1 {
			t.Errorf("%d ended by the run, %v; want 1", n, err)
		}
		b.Balanced(t)
	})
}

// A machine that lives from a file goes on when its goodwill is over: its place is
// not given to another one before the file has ended.
func TestGoodwillWithAFileInForceKeepsItsPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		days := 3
		l := b.Issue(t, b.Limited(t, 1, 0, 1, offlineAllowed, func(p *terms.Policy) { p.GoodwillDays = &days }))
		ends := e.Clock.Now().Add(storetest.Days(10))
		b.Update(t, l, licensing.Change{Expiry: new(licensing.Expiry{Mode: terms.ExpiresAt, At: ends})})
		b.Granted(t, l.LicenseKey, "a")
		if out := b.byFile(t, l.LicenseKey, "b"); out.Refusal != nil || !out.State.Activation.IsGoodwill() || !out.State.Activation.OfflineUntil.Equal(ends) {
			t.Fatalf("%+v", out)
		}
		for _, wait := range []int{4, 5, 2} { // the last one goes beyond the file's end
			e.Clock.Advance(storetest.Days(wait))
			want := 0
			if !e.Clock.Now().Before(ends) {
				want = 1
			} else if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "b", Client: licensing.Client{SoftwareVersion: "1"}}); out.Refusal == nil {
				t.Error("its goodwill is over, and it is served")
			}
			if n, err := b.Licenses.ReleaseGoodwill(t.Context()); err != nil || n != want {
				t.Errorf("%d days later %d were ended, %v; want %d", wait, n, err, want)
			}
		}
		b.Balanced(t)
	})
}

func TestSilentClientsAreUnassigned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		thirty := 30
		limit := &thirty
		b.ChangeProduct(t, catalog.ProductChange{MaximumInactiveDays: &limit})
		l := b.Issue(t, b.Limited(t, 2, 0, 0))
		b.Granted(t, l.LicenseKey, "silent")
		b.Granted(t, l.LicenseKey, "alive")
		e.Clock.Advance(storetest.Days(29))
		b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "alive", Client: licensing.Client{SoftwareVersion: "1"}})
		e.Clock.Advance(storetest.Days(2))
		n, err := b.Licenses.ReleaseSilent(t.Context())
		if err != nil || n != 1 {
			t.Errorf("%d unassigned, %v; want 1", n, err)
		}
		if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "silent", Client: licensing.Client{SoftwareVersion: "1"}}); out.Refusal == nil {
			t.Error("the silent client still holds its token")
		}
		b.Balanced(t)
	})
}

// Heartbeats that wait over midnight are counted with the day they came on.
func TestPulsesOfAFinishedDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 200, 0, 0))
		beat := func(client string) {
			t.Helper()
			if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: client, Client: licensing.Client{SoftwareVersion: "1"}}); out.Refusal != nil {
				t.Fatalf("%+v", out.Refusal)
			}
		}
		for i := range 120 {
			client := fmt.Sprintf("c%d", i)
			b.Granted(t, l.LicenseKey, client)
			beat(client)
			beat(client) // this one waits
		}
		e.Clock.Advance(storetest.Days(1))
		for i := range 60 {
			client := fmt.Sprintf("c%d", i)
			beat(client) // the first of the next day, in a transaction
			beat(client) // and another that waits, beside yesterday's
		}
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT CAST(SUM(day_count) AS BIGINT) FROM heartbeats`); n != 60*2 {
			t.Errorf("%d heartbeats of yesterday in the history of those heard of today, want 120", n)
		}
		if n := storetest.Count(t, e, `SELECT CAST(SUM(day_count) AS BIGINT) FROM pulses`); n != 120*2 {
			t.Errorf("%d heartbeats in the pulses, want 240", n)
		}
	})
}
