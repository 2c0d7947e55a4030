package licensing_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// allowing lets n devices be released, share of them in the dashboard; -1 for no limit.
func allowing(n, share int64) func(*terms.Policy) {
	return func(p *terms.Policy) {
		if n >= 0 {
			p.DeactivationAllowance = &n
		}
		if share >= 0 {
			p.DashboardDeactivationAllowance = &share
		}
	}
}

// crowdOf activates n devices of a licence.
func (b licenseBench) crowdOf(t *testing.T, l *licensing.License, n int) []ident.UUID {
	t.Helper()
	ids := make([]ident.UUID, n)
	for i := range ids {
		ids[i] = b.Granted(t, l.LicenseKey, "c"+strconv.Itoa(i)).UUID
	}
	return ids
}

// by asks for devices of a licence to be released; for all where none is named.
func (b licenseBench) by(t *testing.T, r licensing.Reason, l *licensing.License, ids ...ident.UUID) licensing.Deactivation {
	t.Helper()
	return b.Deactivate(t, licensing.DeactivateCommand{Vendor: b.Vendor, License: l.ID, By: r, Activations: ids})
}

// stands fails the test unless so many deactivations are used, and as many activations present.
func (b licenseBench) stands(t *testing.T, l *licensing.License, used, dashboard, present int64) {
	t.Helper()
	now, err := b.Store.ByUUID(t.Context(), b.Vendor, l.UUID)
	if err != nil {
		t.Fatal(err)
	}
	if d := now.Deactivations(); d.Used != used || d.DashboardUsed != dashboard || now.RegularUsed+now.GoodwillUsed != present {
		t.Errorf("%d deactivations used, %d in the dashboard, %d devices present; want %d, %d, %d",
			d.Used, d.DashboardUsed, now.RegularUsed+now.GoodwillUsed, used, dashboard, present)
	}
	b.Balanced(t)
}

func TestAnAllowanceIsUsedAndRefusesThen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 10, 0, 0, allowing(3, 2)))
		ids := b.crowdOf(t, l, 6)
		if d := b.by(t, licensing.ByDashboard, l, ids[0]); d.Released != 1 || d.Left == nil || *d.Left != 1 || d.More {
			t.Errorf("%+v", d)
		}
		if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c0"}); out.Refusal == nil || out.Refusal.ID != refusal.UnknownClient {
			t.Errorf("its next heartbeat: %+v", out.Refusal)
		}
		b.stands(t, l, 1, 1, 5)
		d := b.by(t, licensing.ByDashboard, l, ids[1], ids[2])
		if d.Refused != licensing.DashboardDeactivationsUsedUp || *d.Left != 1 || d.Asked != 2 || !fault.Is(d.Err(), "dashboard_deactivations_used_up") {
			t.Errorf("two of one: %+v, %v", d, d.Err())
		}
		b.stands(t, l, 1, 1, 5)
		// The same one twice, and one that has gone: one.
		if d := b.by(t, licensing.ByDashboard, l, ids[1], ids[0], ids[1]); d.Released != 1 || d.Asked != 1 || *d.Left != 0 {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByDashboard, l, ids[1]); d.Refused != "" || d.Asked != 0 || d.Released != 0 {
			t.Errorf("one that has gone: %+v", d)
		}
		key := b.Granted(t, l.LicenseKey, "c2").TokenKey
		if r := b.Unassign(t, key); r != nil {
			t.Fatal(r)
		}
		key = b.Granted(t, l.LicenseKey, "c3").TokenKey
		if r := b.Unassign(t, key); r == nil || r.ID != refusal.AllowanceUsedUp {
			t.Errorf("a client after the last one: %+v", r)
		}
		b.stands(t, l, 3, 2, 3)
		if d := b.by(t, licensing.ByStaff, l, ids[3]); d.Released != 1 {
			t.Errorf("staff: %+v", d)
		}
		b.stands(t, l, 3, 2, 2)

		// Staff give the whole allowance again.
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.ResetDeactivations(x, b.Vendor, l.ID) })
		b.stands(t, l, 0, 0, 2)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'license.deactivations_reset'
			AND before_value LIKE '%"deactivations_used":3%' AND after_value LIKE '%"deactivations_used":0%'`); n != 1 {
			t.Errorf("%d records of it in the audit log", n)
		}
		if d := b.by(t, licensing.ByDashboard, l); d.Released != 2 || d.More {
			t.Errorf("all: %+v", d)
		}
		b.stands(t, l, 2, 2, 0)
		storetest.Sound(t, e)
	})
}

func TestWhatNobodyAskedForDoesNotCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 5, 0, 1, allowing(0, -1), func(p *terms.Policy) { p.GoodwillDays = new(1); p.TokenLimit = 1 })
		l, other := b.Issue(t, edition), b.Issue(t, edition)
		b.Granted(t, l.LicenseKey, "a")
		b.Granted(t, l.LicenseKey, "b") // on goodwill
		e.Clock.Advance(storetest.Days(2))
		if n, err := b.Licenses.ReleaseGoodwill(t.Context()); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		b.Granted(t, other.LicenseKey, "a")
		b.stands(t, l, 0, 0, 0)
		a := b.Granted(t, l.LicenseKey, "a")
		if d := b.by(t, licensing.ByOffline, l, a.UUID); d.Released != 1 {
			t.Errorf("a file is never refused: %+v", d)
		}
		b.stands(t, l, 1, 0, 0)
	})
}

func TestTokensReleaseWhereThatIsAgreed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0, allowing(1, 0)))
		ids := b.crowdOf(t, l, 2)
		if d := b.by(t, licensing.ByAPI, l, ids[0]); d.Refused != licensing.DeactivationNotAgreed || fault.As(d.Err()).Kind != fault.Forbidden {
			t.Errorf("%+v, %v", d, d.Err())
		}
		b.Update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.APIDeactivationAllowed = new(true); return o }})
		if d := b.by(t, licensing.ByAPI, l, ids[0]); d.Released != 1 {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByAPI, l, ids[1]); d.Refused != licensing.DeactivationsUsedUp {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, 1, 0, 1)
	})
}

func TestOwnersLeaveDevicesWithAFileInForce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 5, 0, 0, offlineAllowed, allowing(5, -1)))
		ids := b.crowdOf(t, l, 2)
		file := b.byFile(t, l.LicenseKey, "by file").State.Activation.UUID
		if d := b.by(t, licensing.ByDashboard, l, file); d.Refused != "" || d.Kept != 1 || d.Waiting != 1 {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByDashboard, l, ids[0], file); d.Released != 1 || d.Kept != 1 {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByDashboard, l); d.Released != 1 || d.Kept != 1 || d.Asked != 1 {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, 3, 3, 1) // that of the file waits, and counts
		if d := b.by(t, licensing.ByStaff, l); d.Released != 1 || d.Kept != 0 {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, 2, 2, 0)
	})
}

// Five hundred deletions at once, of one licence: exactly as many as are allowed.
func TestFiveHundredConcurrentDeletions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		const many, allowed = 500, 100
		l := b.Issue(t, b.Limited(t, many, 0, 0, allowing(allowed, -1)))
		ids := b.crowdOf(t, l, many)
		servers := []licenseBench{b}
		if e.Config.URL != "" { // where two servers can share a database
			servers = append(servers, licenseBench{b.On(t, storetest.Open(t, e.Config))})
		}
		var released, refused int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i, id := range ids {
			on := servers[i%len(servers)]
			wg.Go(func() {
				var d licensing.Deactivation
				err := on.DB.Run(t.Context(), func(x tx.Tx) (err error) {
					d, err = on.Licenses.Deactivate(x, licensing.DeactivateCommand{
						Vendor: b.Vendor, License: l.ID, By: licensing.ByDashboard, Activations: []ident.UUID{id},
					})
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					t.Error(err)
				case d.Refused == licensing.DeactivationsUsedUp:
					refused++
				case d.Released == 1 && d.Refused == "":
					released++
				default:
					t.Errorf("%+v", d)
				}
			})
		}
		wg.Wait()
		if released != allowed || refused != many-allowed {
			t.Errorf("%d released, %d refused; want %d, %d", released, refused, allowed, many-allowed)
		}
		b.stands(t, l, allowed, allowed, many-allowed)
	})
}

// A large release is counted at once, survives a server that stops in the middle, and
// gives back what it did not need.
func TestALargeReleaseOutlivesAServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		const many = 90
		l := b.Issue(t, b.Limited(t, many, 0, 0, allowing(many+1, -1), func(p *terms.Policy) { p.ClientMayUnassign = true }))
		b.crowdOf(t, l, many)
		storetest.Subscribe(t, e, b.Vendor, licensing.EventDeleted)
		ctx, stop := context.WithCancel(tx.WithActor(t.Context(), tx.Actor{Kind: "user", ID: "ann"}))
		stopping, err := licensing.New(licensing.Config{
			Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: storetest.StopsAfter(e.DB, 2, stop), IDs: e.IDs,
		})
		if err != nil {
			t.Fatal(err)
		}
		all := licensing.DeactivateCommand{Vendor: b.Vendor, License: l.ID, By: licensing.ByDashboard}
		if _, err := stopping.DeactivateInPortions(ctx, all); err == nil {
			t.Error("it was not stopped")
		}
		b.stands(t, l, many, many, many-40)

		// What comes meanwhile: one that gives up by itself, one that the owner chooses, one
		// that staff release, and a new one.
		if r := b.Unassign(t, b.Granted(t, l.LicenseKey, "c50").TokenKey); r != nil {
			t.Error(r)
		}
		b.stands(t, l, many, many, many-41)
		if d := b.by(t, licensing.ByDashboard, l, b.Granted(t, l.LicenseKey, "c51").UUID); d.Released != 1 {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, many, many, many-42)
		if d := b.by(t, licensing.ByStaff, l, b.Granted(t, l.LicenseKey, "c52").UUID); d.Released != 1 {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByAPI, l); d.Refused != licensing.ReleaseGoesOn || !fault.Is(d.Err(), "release_goes_on") {
			t.Errorf("%+v", d)
		}
		b.Granted(t, l.LicenseKey, "new")
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.ResetDeactivations(x, b.Vendor, l.ID) })
		b.stands(t, l, many-42, many-42, many-42)
		storetest.Sound(t, e)
		if n, err := b.Licenses.FinishReleases(t.Context()); err != nil || n != many-43 {
			t.Errorf("%d were released in the end, %v", n, err)
		}
		b.stands(t, l, many-43, many-43, 1)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM release_orders`); n != 0 {
			t.Errorf("%d orders are left", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'activation.deleted' AND actor_id = 'ann'`); n != many-3 {
			t.Errorf("%d records of who wanted it, want %d", n, many-3)
		}
		for said, want := range map[string]int{
			`%"reason":"dashboard","deleted_by":{"kind":"user","id":"ann"}%`: many - 3,
			`%"reason":"staff","deleted_by":{"kind":"system"}%`:              1,
		} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE payload LIKE $1`, said); n != want {
				t.Errorf("%d events say %s, want %d", n, said, want)
			}
		}
		storetest.Sound(t, e)
	})
}

// Chosen devices that one transaction does not release are remembered, and no others.
func TestChosenDevicesFollowInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 60, 0, 0, allowing(50, -1)))
		ids := b.crowdOf(t, l, 60)
		if d := b.by(t, licensing.ByDashboard, l, ids[:51]...); d.Refused != licensing.DeactivationsUsedUp || *d.Left != 50 || d.Asked != 51 {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByDashboard, l, ids[10:]...); d.Released != 20 || !d.More {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, 50, 50, 40)
		if d, err := b.Licenses.DeactivateInPortions(t.Context(), licensing.DeactivateCommand{Vendor: b.Vendor, License: l.ID, By: licensing.ByStaff, Activations: ids[:2]}); err != nil || d.Released != 2 {
			t.Errorf("%+v, %v", d, err)
		}
		b.stands(t, l, 50, 50, 8)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM release_order_items`); n != 0 {
			t.Errorf("%d chosen ones are left behind", n)
		}
	})
}
