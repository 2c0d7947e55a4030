package licensing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	licensestore "chancery/internal/store/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// wanted is the number of deletions that wait.
func (b licenseBench) wanted(t *testing.T, want int) {
	t.Helper()
	if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM offline_deletions`); n != want {
		t.Errorf("%d deletions wait, want %d", n, want)
	}
}

// With a refresh-by the place of a device that its owner has deleted is free from then on.
func TestAnOwnersDeletionWaitsForTheRefreshBy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0, goodFor(30), allowing(2, 1)))
		a := b.byFile(t, l.LicenseKey, "far").State.Activation
		d := b.by(t, licensing.ByDashboard, l, a.UUID)
		if d.Refused != "" || d.Waiting != 1 || d.Released != 0 || !d.DueAt.Equal(a.RefreshBy) || *d.Left != 0 {
			t.Fatalf("%+v", d)
		}
		b.stands(t, l, 1, 1, 1)
		if again := b.by(t, licensing.ByDashboard, l, a.UUID); again.Refused != "" || again.Waiting != 1 {
			t.Errorf("asked again: %+v", again)
		}
		b.stands(t, l, 1, 1, 1)
		if out := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: a.TokenKey}); out.Refusal == nil {
			t.Error("a device that is to go gets another file")
		}
		if out := b.byFile(t, l.LicenseKey, "far"); out.Refusal == nil {
			t.Error("a device that is to go gets another file by its code")
		}
		if out := b.byFile(t, l.LicenseKey, "next"); out.Refusal == nil {
			t.Error("the place was given away before the refresh-by")
		}
		b.Balanced(t)
		e.Clock.Advance(a.RefreshBy.Sub(e.Clock.Now()) - time.Millisecond)
		if n, err := b.Licenses.EndDeletions(t.Context()); n != 0 || err != nil {
			t.Errorf("%d ended before, %v", n, err)
		}
		e.Clock.Advance(time.Millisecond)
		if n, err := b.Licenses.EndDeletions(t.Context()); n != 1 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
		b.wanted(t, 0)
		b.stands(t, l, 1, 1, 0)
		if out := b.byFile(t, l.LicenseKey, "next"); out.Refusal != nil {
			t.Errorf("%+v", out.Refusal)
		}
		b.Balanced(t)
	})
}

// Without a refresh-by the vendor decides; what is dropped counts nothing, and neither does
// what staff release themselves.
func TestAnOwnersDeletionWaitsForTheVendor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 4, 0, 0, offlineAllowed, allowing(4, -1)))
		ids := make([]ident.UUID, 4)
		for i, name := range []string{"confirmed", "declined", "released", "gave up"} {
			ids[i] = b.byFile(t, l.LicenseKey, name).State.Activation.UUID
		}
		if d := b.by(t, licensing.ByDashboard, l, ids...); d.Refused != "" || d.Waiting != 4 || !d.DueAt.IsZero() {
			t.Fatalf("%+v", d)
		}
		b.stands(t, l, 4, 4, 4)
		b.Balanced(t)
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.ConfirmDeletion(x, b.Vendor, ids[0]) })
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.DropDeletion(x, b.Vendor, ids[1], true) })
		b.stands(t, l, 3, 3, 3)
		b.Balanced(t)
		for i, code := range []string{"activation_not_found", "no_deletion"} {
			storetest.Refuse(t, e, code, func(x tx.Tx) (any, error) { return nil, b.Licenses.ConfirmDeletion(x, b.Vendor, ids[i]) })
		}
		if d := b.by(t, licensing.ByStaff, l, ids[2]); d.Released != 1 {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, 2, 2, 2)
		if d := b.by(t, licensing.ByOffline, l, ids[3]); d.Released != 1 {
			t.Errorf("%+v", d)
		}
		b.stands(t, l, 2, 1, 1) // it counts once: as its own
		b.wanted(t, 0)
		b.Balanced(t)
	})
}

// More are not noted than the allowance has left.
func TestDeletionsThatWaitCountFromTheBeginning(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0, goodFor(30), allowing(1, -1)))
		one, two := b.byFile(t, l.LicenseKey, "one").State.Activation.UUID, b.byFile(t, l.LicenseKey, "two").State.Activation.UUID
		online := b.Granted(t, l.LicenseKey, "online").UUID
		if d := b.by(t, licensing.ByDashboard, l, one, two); d.Refused != licensing.DeactivationsUsedUp {
			t.Errorf("two of one: %+v", d)
		}
		b.wanted(t, 0)
		if d := b.by(t, licensing.ByDashboard, l, one); d.Refused != "" {
			t.Errorf("%+v", d)
		}
		if d := b.by(t, licensing.ByDashboard, l, online); d.Refused != licensing.DeactivationsUsedUp {
			t.Errorf("beside one that waits: %+v", d)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return b.Licenses.ResetDeactivations(x, b.Vendor, l.ID) })
		b.stands(t, l, 1, 1, 3) // what waits goes on counting
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.DropDeletion(x, b.Vendor, one, false) })
		b.stands(t, l, 0, 0, 3)
		b.Balanced(t)
	})
}

// A deactivation by file is never refused, whatever the allowance says: more may be used
// than is allowed.
func TestGivingUpByFileIsNeverRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0, goodFor(30), allowing(0, -1), func(p *terms.Policy) { p.ClientMayUnassign = false }))
		for i, name := range []string{"one", "two"} {
			a := b.byFile(t, l.LicenseKey, name).State.Activation
			if d := b.by(t, licensing.ByOffline, l, a.UUID); d.Released != 1 || d.Refused != "" {
				t.Errorf("%s: %+v", name, d)
			}
			b.stands(t, l, int64(i+1), 0, 0)
		}
		b.Balanced(t)
	})
}

// A device that waits to go, whose file has ended, is installed anew: the wish is over, and
// what it counted is given back.
func TestAReinstallEndsADeletion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0, goodFor(30), allowing(2, 1)))
		command := func(p storetest.Pair) licensing.ActivateCommand {
			return licensing.ActivateCommand{
				Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "far", Offline: true, Client: licensing.Client{PublicKey: p.Key()},
				Proof: func(key []byte) (int64, bool) { return 0, string(key) == string(p.Key()) },
			}
		}
		a := b.Try(t, command("a")).State.Activation
		if d := b.by(t, licensing.ByDashboard, l, a.UUID); d.Waiting != 1 {
			t.Fatalf("%+v", d)
		}
		e.Clock.Advance(storetest.Days(31))
		if out := b.Try(t, command("b")); out.Refusal != nil {
			t.Fatalf("%+v", out.Refusal)
		}
		b.wanted(t, 0)
		b.stands(t, l, 0, 0, 1)
		b.Balanced(t)
	})
}

// stuck is a store that fails for one activation.
type stuck struct {
	*licensestore.Store

	at ident.ActivationID
}

func (s stuck) DeletionOf(t tx.Tx, v ident.VendorID, a ident.ActivationID) (*licensing.Deletion, error) {
	if a == s.at {
		return nil, errors.New("this one fails")
	}
	return s.Store.DeletionOf(t, v, a)
}

// A deletion that can't be carried out, the first that is due, keeps no other waiting.
func TestADeletionThatFailsHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0, goodFor(30), allowing(3, 3)))
		all := make([]*licensing.Activation, 0, 3)
		for _, name := range []string{"bad", "good", "better"} {
			a := b.byFile(t, l.LicenseKey, name).State.Activation
			all = append(all, a)
			b.by(t, licensing.ByDashboard, l, a.UUID)
			e.Clock.Advance(time.Second)
		}
		e.Clock.Advance(storetest.Days(31))
		broken, err := licensing.New(licensing.Config{
			Store: stuck{b.Store, all[0].ID}, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: e.DB, IDs: e.IDs,
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := broken.EndDeletions(t.Context()); n != 2 || err == nil || !strings.Contains(err.Error(), all[0].UUID.String()) {
			t.Errorf("%d ended, %v", n, err)
		}
		b.wanted(t, 1)
		if n, err := b.Licenses.EndDeletions(t.Context()); n != 1 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
	})
}
