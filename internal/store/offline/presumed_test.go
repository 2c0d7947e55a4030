package offline_test

import (
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/offline"
	offlinestore "chancery/internal/store/offline"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// filed is a vendor whose licences are used by files that are good for 30 days.
type filed struct {
	storetest.LicenseBench

	rows offlinestore.Store
	l    *licensing.License
}

func newFiled(t *testing.T, e storetest.Env) filed {
	t.Helper()
	b := filed{LicenseBench: storetest.NewLicenses(t, e), rows: offlinestore.Store{DB: e.DB}}
	b.l = b.Issue(t, b.Limited(t, 1, 0, 0, func(p *terms.Policy) {
		days := 30
		p.OfflineAllowed, p.OfflineDays, p.ClientMayUnassign = true, &days, true
	}))
	return b
}

func (b filed) activate(t *testing.T) *licensing.Activation {
	t.Helper()
	out := b.Try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: b.l.LicenseKey}, ClientID: "m-1", Offline: true})
	if out.Refusal != nil {
		t.Fatalf("%+v", out.Refusal)
	}
	return out.State.Activation
}

// silent is the device beside which an activation came.
func (b filed) silent(t *testing.T, a *licensing.Activation) ident.UUID {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (ident.UUID, error) {
		p, err := b.rows.Place(x, b.Vendor, a.UUID)
		if err != nil {
			return ident.UUID{}, err
		}
		return b.rows.Silent(x, b.Vendor, *p)
	})
}

// A device that gives its place up by a call, when its file has ended, and comes again has
// told all it had to tell; one whose place was freed for a second device has not.
func TestWhichDeviceIsSilent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newFiled(t, e)
		first := b.activate(t)
		e.Clock.Advance(31 * 24 * time.Hour)
		if r := b.Unassign(t, first.TokenKey); r != nil {
			t.Fatalf("%+v", r)
		}
		second := b.activate(t)
		if id := b.silent(t, second); !id.IsZero() {
			t.Errorf("a device that was installed anew is taken for a second one beside %s", id)
		}
		d := b.Deactivate(t, licensing.DeactivateCommand{
			Vendor: b.Vendor, License: b.l.ID, By: licensing.ByClient, Activations: []ident.UUID{second.UUID},
		})
		if d.Waiting != 1 {
			t.Fatalf("%+v", d)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.GiveWay(x, b.Vendor, second.UUID) })
		e.Clock.Advance(31 * 24 * time.Hour)
		if n, err := b.Licenses.EndDeletions(t.Context()); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		third := b.activate(t)
		if id := b.silent(t, third); id != second.UUID {
			t.Errorf("beside %s, want %s", id, second.UUID)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.rows.SavePresumed(x, b.Vendor, offline.Place{Activation: second.UUID, License: b.l.ID}, map[ident.UUID]int64{{1}: 1})
		})
		if id := b.silent(t, third); !id.IsZero() {
			t.Errorf("%s is presumed twice", id)
		}
		b.Balanced(t)
	})
}
