package storetest_test

import (
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store"
	"chancery/internal/store/invariants"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// sound fails for whatever the invariants find.
func (b licenseBench) sound(t *testing.T) {
	t.Helper()
	found, err := invariants.Run(t.Context(), b.DB)
	if err != nil || len(found) != 0 {
		t.Errorf("the invariants found %v, %v", found, err)
	}
}

func (b licenseBench) suspend(t *testing.T, a *licensing.Activation, until time.Time) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (struct{}, error) {
		return struct{}{}, b.licenses.Suspend(x, b.vendor, a.UUID, until)
	})
}

// A device's suspension reaches every activation that it has or gets.
func TestASuspensionReachesEveryActivation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 5, 0, 0))
		temporary := b.issue(t, b.limited(t, 5, 0, 0), func(c *licensing.IssueCommand) { c.IsTemporary = true })
		held := b.granted(t, l.LicenseKey, "one")
		b.granted(t, temporary.LicenseKey, "one")
		b.granted(t, l.LicenseKey, "another")
		until := e.Clock.Now().Add(time.Hour)
		b.suspend(t, held, until)
		b.sound(t)
		suspended := func() (n int) {
			return storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE suspended_until IS NOT NULL AND released_at IS NULL`)
		}
		if n := suspended(); n != 2 {
			t.Errorf("%d activations of a suspended device, want its 2", n)
		}
		if out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "one"}); out.Refusal == nil || out.Refusal.ID != refusal.Suspended {
			t.Errorf("a heartbeat of a suspended client: %+v", out)
		}
		if out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "another"}); out.Refusal != nil {
			t.Errorf("another client: %+v", out.Refusal)
		}

		// Once it is over, a new activation is of the same device still.
		e.Clock.Advance(2 * time.Hour)
		b.unassign(t, held.TokenKey)
		again := b.granted(t, l.LicenseKey, "one")
		if n := suspended(); n != 2 {
			t.Errorf("%d activations of a device that was suspended, want its 2", n)
		}
		b.sound(t)
		b.suspend(t, again, time.Time{})
		if n := suspended(); n != 0 {
			t.Errorf("%d activations of a device that is not suspended any more", n)
		}
		b.sound(t)
	})
}

// What activations say of their devices is checked by chancery verify.
func TestTheInvariantsSeeAnActivationThatSaysOtherThanItsDevice(t *testing.T) {
	for what, broken := range map[string]string{
		"activations of another client id than their device's number":           `UPDATE activations SET client_id = 'nobody'`,
		"present activations suspended until another instant than their device": `UPDATE activations SET suspended_until = 7`,
	} {
		t.Run(what, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, e storetest.Env) {
				b := newLicenses(t, e)
				b.granted(t, b.issue(t, b.limited(t, 5, 0, 0)).LicenseKey, "one")
				b.sound(t)
				storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(broken) })
				found, err := invariants.Run(t.Context(), e.DB)
				if err != nil || len(found) != 1 || found[0].What != what {
					t.Errorf("found %v, %v", found, err)
				}
			})
		})
	}
}

// A client is found by one index, however many activations it had.
func TestAHeartbeatNeedsNoDevice(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	var id, parent, unused int
	var plan string
	if _, err := e.DB.QueryRow(t.Context(), `EXPLAIN QUERY PLAN SELECT a.uuid FROM activations a
		WHERE a.vendor_id = 1 AND a.client_id = 'c' AND a.released_at IS NULL AND a.product_id = 1`, nil, &id, &parent, &unused, &plan); err != nil ||
		plan != "SEARCH a USING INDEX activations_present (vendor_id=? AND client_id=? AND product_id=?)" {
		t.Errorf("%s, %v", plan, err)
	}
}
