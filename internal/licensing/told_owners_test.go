package licensing_test

import (
	"strconv"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// telling gives the bench with a service that tells.
func (b licenseBench) telling(t *testing.T, e storetest.Env) (licenseBench, *tellings) {
	t.Helper()
	told := &tellings{}
	service, err := licensing.New(licensing.Config{
		Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: e.DB, IDs: e.IDs, Notices: told,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Licenses = service
	return b, told
}

func (b licenseBench) noteNew(t *testing.T, after time.Duration) {
	t.Helper()
	b.Clock.Advance(after)
	if _, err := b.Licenses.NoteNewDevices(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Owners are told of a new device at once, of those of a day after that together, and of no
// device twice: not when it comes back, nor when it is installed anew.
func TestNewDevicesAreToldTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b, told := b.telling(t, e)
		edition := b.Limited(t, 2000, 0, 0)
		l, other := b.Issue(t, edition), b.Issue(t, edition)
		b.Granted(t, l.LicenseKey, "old")
		b.noteNew(t, 2*time.Minute) // the first look tells no old stories
		if len(told.fresh) != 0 {
			t.Fatalf("told of %d", len(told.fresh))
		}
		b.Granted(t, l.LicenseKey, "c0")
		b.noteNew(t, 2*time.Minute)
		if len(told.fresh) != 1 || told.fresh[0].Count != 1 || told.fresh[0].Named[0].Device.Number != "c0" {
			t.Fatalf("told %+v", told.fresh)
		}
		for i := range 1100 {
			b.Granted(t, l.LicenseKey, "m"+strconv.Itoa(i))
			if i%300 == 0 {
				b.noteNew(t, 2*time.Minute)
			}
		}
		b.noteNew(t, 2*time.Minute)
		if len(told.fresh) != 1 {
			t.Fatalf("told %d times within a day", len(told.fresh))
		}
		b.noteNew(t, 24*time.Hour)
		if len(told.fresh) != 2 || told.fresh[1].Count != 1100 || len(told.fresh[1].Named) != 10 {
			t.Fatalf("told %d times, the last of %+v", len(told.fresh), told.fresh[len(told.fresh)-1])
		}

		// What comes back or is installed anew is not new; on another licence it is.
		first := b.ActivateAs(t, "1", 1, l.LicenseKey).State.Activation
		b.noteNew(t, 25*time.Hour)
		b.ActivateAs(t, "2", 1, l.LicenseKey)
		c0, err := b.Store.Held(t.Context(), b.Vendor, b.Product.UUID, "c0")
		if err != nil || len(c0) != 1 {
			t.Fatal(len(c0), err)
		}
		b.by(t, licensing.ByStaff, l, c0[0].Activation.UUID)
		b.Granted(t, l.LicenseKey, "c0")
		b.noteNew(t, 25*time.Hour)
		if len(told.fresh) != 3 || told.fresh[2].Count != 1 || first == nil {
			t.Fatalf("told %d times, the last of %+v", len(told.fresh), told.fresh[len(told.fresh)-1])
		}
		b.Granted(t, other.LicenseKey, "elsewhere")
		b.noteNew(t, 2*time.Minute)
		if len(told.fresh) != 4 {
			t.Errorf("told %d times", len(told.fresh))
		}
		if next, err := b.Licenses.NextNewDevices(t.Context(), b.Clock.Now()); err != nil || next != 0 {
			t.Errorf("next at %d: %v", next, err)
		}
	})
}

// A look at which nothing is new writes nothing, and a first look is made by two servers at once.
func TestNothingNewWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b, _ = b.telling(t, e)
		l := b.Issue(t, b.Limited(t, 5, 0, 0))
		mark := func() int {
			t.Helper()
			return storetest.Count(t, e, `SELECT looked_until FROM new_device_marks WHERE vendor_id = $1`, b.Vendor)
		}
		look := func(x tx.Tx) error {
			_, err := b.Store.CountNewDevices(x, b.Vendor, b.Clock.Now(), 10)
			return err
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			if err := look(x); err != nil {
				return nil, err
			}
			if e.Config.URL == "" {
				return nil, nil // here transactions come one after the other
			}
			return nil, e.DB.Run(t.Context(), look)
		})
		first := mark()
		b.noteNew(t, time.Hour)
		if now := mark(); now != first {
			t.Errorf("the mark moves from %d to %d, and nothing is new", first, now)
		}
		b.Granted(t, l.LicenseKey, "new")
		b.noteNew(t, time.Hour)
		if mark() == first {
			t.Error("the mark stays, and a device is new")
		}
	})
}

// Owners are told once at nine tenths of a contract and once when all of it is in use, however
// often devices come and go, again in the next month, and of a larger contract anew.
func TestNearlyUsedUpIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b, told := b.telling(t, e)
		l := b.Issue(t, b.Limited(t, 10, 0, 2))
		ids := b.crowdOf(t, l, 8)
		want := func(n int) {
			t.Helper()
			if told.nearly != n {
				t.Fatalf("told %d times, want %d", told.nearly, n)
			}
		}
		want(0)
		b.Granted(t, l.LicenseKey, "ninth")
		want(1)
		b.by(t, licensing.ByStaff, l, ids[0])
		b.Granted(t, l.LicenseKey, "again")
		want(1)
		b.Granted(t, l.LicenseKey, "tenth")
		want(2)
		b.Granted(t, l.LicenseKey, "goodwill")
		want(2)
		more := int64(12)
		b.Update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &more; return o }})
		b.Granted(t, l.LicenseKey, "twelfth")
		want(3)
		b.Clock.Advance(32 * 24 * time.Hour)
		b.by(t, licensing.ByStaff, l, ids[1])
		b.Granted(t, l.LicenseKey, "next month")
		want(4)

		small := b.Issue(t, b.Limited(t, 2, 0, 0))
		b.crowdOf(t, small, 1)
		want(4)
	})
}
