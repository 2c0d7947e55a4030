package storetest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Ever new variables of one client: what is kept stays small, and each answer
// names what is not.
func TestHeartbeatsDoNotPileUpVariables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 0))
		b.granted(t, l.LicenseKey, "c")
		for i := range 20 {
			said := map[string]string{}
			for j := range 60 {
				said[fmt.Sprintf("v%d.%d", i, j)] = strings.Repeat("x", 500)
			}
			out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1", Variables: said}})
			if out.Refusal != nil || len(out.Dropped) < 28 {
				t.Fatalf("call %d: %+v, %d variables dropped", i, out.Refusal, len(out.Dropped))
			}
		}
		if n := storetest.Count(t, e, `SELECT LENGTH(device_variables) FROM activations`); n > licensing.MaxVariableBytes+1000 || n < licensing.MaxVariableBytes-1000 {
			t.Errorf("%d bytes of variables are kept", n)
		}
	})
}

// A client that says something new with every heartbeat: a day has so many history
// rows, an activation so many, and the newest says what the client says now.
func TestHeartbeatsDoNotPileUpHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 0))
		b.granted(t, l.LicenseKey, "c")
		said := 0
		beat := func() {
			t.Helper()
			said++
			out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: fmt.Sprint(said)}})
			if out.Refusal != nil {
				t.Fatalf("%+v", out.Refusal)
			}
		}
		for range 2 * licensing.HistoryOfDay {
			beat()
		}
		rows := func() int { return storetest.Count(t, e, `SELECT COUNT(*) FROM heartbeats`) }
		if n := rows(); n != licensing.HistoryOfDay {
			t.Errorf("a day made %d history rows, want %d", n, licensing.HistoryOfDay)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM heartbeats WHERE software_version = $1`, fmt.Sprint(said)); n != 1 {
			t.Error("the newest row does not say what the client said last")
		}
		days := licensing.HistoryOfActivation/licensing.HistoryOfDay + 5
		for range days {
			e.Clock.Advance(day(1))
			for range licensing.HistoryOfDay {
				beat()
			}
		}
		if n := rows(); n > licensing.HistoryOfActivation || n < licensing.HistoryOfActivation-1 {
			t.Errorf("%d history rows are kept, want %d", n, licensing.HistoryOfActivation)
		}
		n, err := b.store.ForgetHeartbeats(t.Context(), e.Clock.Now().Add(-day(9)))
		if left := rows(); err != nil || left != 10*licensing.HistoryOfDay || n < licensing.HistoryOfActivation-1-left {
			t.Errorf("%d rows are left of ten days and %d forgotten: %v", left, n, err)
		}
	})
}

// Refusals are counted by the hour, and forgotten by age, in portions.
func TestDenialsAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 0))
		start := e.Clock.Now()
		for range 700 { // more than a portion
			e.Clock.Advance(time.Hour)
			storetest.Do(t, e, func(x tx.Tx) (int, error) {
				return 0, b.store.CountDenial(x, l.Vendor, l.ID, refusal.NoTokenLeft, x.Now())
			})
		}
		n, err := b.store.ForgetDenials(t.Context(), start.Add(600*time.Hour))
		if left := storetest.Count(t, e, `SELECT COUNT(*) FROM denials`); err != nil || n != 599 || left != 101 {
			t.Errorf("%d forgotten and %d left, want 599 and 101: %v", n, left, err)
		}
	})
}
