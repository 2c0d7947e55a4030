package devices_test

import (
	"testing"
	"time"

	"chancery/internal/devices"
	"chancery/internal/fault"
	"chancery/internal/ident"
	devicestore "chancery/internal/store/devices"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// copies notes what it is told.
type copies struct{ told []time.Time }

func (c *copies) SetSuspension(_ tx.Tx, _ ident.VendorID, _ ident.DeviceID, until time.Time) error {
	c.told = append(c.told, until)
	return nil
}

func setup(t *testing.T, e storetest.Env) (*devices.Service, *copies) {
	t.Helper()
	c := &copies{}
	s, err := devices.New(devices.Config{Store: devicestore.Store{}, IDs: e.IDs, Copies: []devices.Copies{c}})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestADeviceIsItsVendorsNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		s, _ := setup(t, e)
		acme, bolt := storetest.Vendor(t, e, "Acme").ID, storetest.Vendor(t, e, "Bolt").ID
		lock := func(v ident.VendorID) *devices.Device {
			return storetest.Do(t, e, func(x tx.Tx) (*devices.Device, error) { return s.Lock(x, v, "c-1") })
		}
		createIn := func(v ident.VendorID) *devices.Device {
			return storetest.Do(t, e, func(x tx.Tx) (*devices.Device, error) { return s.Make(x, v, "c-1") })
		}
		if d := lock(acme); d != nil {
			t.Errorf("found %v before it was made", d)
		}
		made := createIn(acme)
		if made == nil || made.Number != "c-1" || made.ID == 0 || made.UUID.IsZero() {
			t.Fatalf("made %v", made)
		}
		if again := createIn(acme); again != nil {
			t.Errorf("made twice: %v", again)
		}
		if d := lock(acme); d == nil || *d != *made {
			t.Errorf("found %v, want %v", d, made)
		}
		if d := lock(bolt); d != nil {
			t.Errorf("another vendor finds %v", d)
		}
		if other := createIn(bolt); other == nil || other.ID == made.ID {
			t.Errorf("another vendor's device is %v", other)
		}
	})
}

func TestSuspensionsAreFollowed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		s, c := setup(t, e)
		acme, bolt := storetest.Vendor(t, e, "Acme").ID, storetest.Vendor(t, e, "Bolt").ID
		made := storetest.Do(t, e, func(x tx.Tx) (*devices.Device, error) { return s.Make(x, acme, "c-1") })
		suspend := func(v ident.VendorID, until time.Time) error {
			return e.DB.Run(t.Context(), func(x tx.Tx) error { return s.Suspend(x, v, made.ID, until) })
		}
		suspended := func() time.Time {
			return storetest.Do(t, e, func(x tx.Tx) (*devices.Device, error) { return s.Lock(x, acme, "c-1") }).SuspendedUntil
		}
		now := e.Clock.Now()
		for _, until := range []time.Time{now, now.Add(-time.Hour), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
			if err := suspend(acme, until); fault.As(err).Kind != fault.Invalid {
				t.Errorf("until %s: %v", until, err)
			}
		}
		until := now.Add(24 * time.Hour).Truncate(time.Millisecond)
		if err := suspend(bolt, until); err != nil || !suspended().IsZero() {
			t.Errorf("another vendor suspends: %v, %s", err, suspended())
		}
		if err := suspend(acme, until); err != nil || !suspended().Equal(until) {
			t.Errorf("suspended until %s, want %s: %v", suspended(), until, err)
		}
		if err := suspend(acme, time.Time{}); err != nil || !suspended().IsZero() {
			t.Errorf("still suspended until %s: %v", suspended(), err)
		}
		if len(c.told) != 3 || !c.told[1].Equal(until) || !c.told[2].IsZero() {
			t.Errorf("told %v", c.told)
		}
	})
}
