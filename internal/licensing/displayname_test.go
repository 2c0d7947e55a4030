package licensing_test

import (
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b licenseBench) call(t *testing.T, a *licensing.Activation, name string) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (struct{}, error) {
		return struct{}{}, b.Licenses.SetDisplayName(x, b.Vendor, a.UUID, name)
	})
}

func (b licenseBench) called(t *testing.T, a *licensing.Activation, want string) {
	t.Helper()
	now, err := b.Store.ActivationByUUID(t.Context(), b.Vendor, a.UUID)
	if err != nil || now.DisplayName != want {
		t.Errorf("the device is called %q, want %q: %v", now.DisplayName, want, err)
	}
}

// The owner's name for a device is the licence's: the device has it again after a
// reinstall and after it was released, on this licence and on no other.
func TestADisplayNameStaysWithItsDevice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 5, 0, 0)
		l, other := b.Issue(t, edition), b.Issue(t, edition)
		first := b.ActivateAs(t, "1", 1, l.LicenseKey).State.Activation
		b.call(t, first, "Till 3, front")
		b.called(t, first, "Till 3, front")

		again := b.ActivateAs(t, "2", 1, l.LicenseKey).State.Activation
		if again.UUID == first.UUID {
			t.Fatal("no reinstall")
		}
		b.called(t, again, "Till 3, front")
		storetest.Refuse(t, e, "activation_not_found", func(x tx.Tx) (struct{}, error) {
			return struct{}{}, b.Licenses.SetDisplayName(x, b.Vendor, first.UUID, "gone")
		})

		plain := b.Granted(t, l.LicenseKey, "till-4")
		b.called(t, plain, "")
		b.call(t, plain, "Till 4")
		b.by(t, licensing.ByStaff, l, plain.UUID)
		back := b.Granted(t, l.LicenseKey, "till-4")
		b.called(t, back, "Till 4")
		b.by(t, licensing.ByStaff, l, back.UUID)
		b.called(t, b.Granted(t, other.LicenseKey, "till-4"), "")
	})
}
