package licensing_test

import (
	"context"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// darkDevice is a prepaid device without a day left.
type darkDevice string

func (d darkDevice) Heartbeat(_ context.Context, _ ident.VendorID, number string) (*refusal.Refusal, error) {
	return d.Refuse(nil, ident.VendorID{}, number)
}

func (d darkDevice) Refuse(_ tx.Tx, _ ident.VendorID, number string) (*refusal.Refusal, error) {
	if number == string(d) {
		return refusal.Refuse(refusal.Blacklisted), nil
	}
	return nil, nil
}

// A blacklisted device gets nothing that lets it work: no heartbeat, no activation, also by
// a file, and no file. It may give its activation back.
func TestABlacklistedDeviceIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 4, 0, 0, offlineAllowed, func(p *terms.Policy) { p.ClientMayUnassign = true }))
		camera, laptop := b.Granted(t, l.LicenseKey, "camera"), b.Granted(t, l.LicenseKey, "laptop")
		var err error
		if b.Licenses, err = licensing.New(licensing.Config{
			Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: e.DB, IDs: e.IDs, Prepaid: darkDevice("camera"),
		}); err != nil {
			t.Fatal(err)
		}
		is := func(what string, r *refusal.Refusal, want int) {
			t.Helper()
			if r == nil && want != 0 || r != nil && r.ID != want {
				t.Errorf("%s: %+v, want %d", what, r, want)
			}
		}
		for client, want := range map[*licensing.Activation]int{camera: refusal.Blacklisted, laptop: 0} {
			name := client.Device.Number
			is(name+" sends a heartbeat", b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: name}).Refusal, want)
			is(name+" activates again", b.Activate(t, l.LicenseKey, name).Refusal, want)
			is(name+" activates by a file", b.byFile(t, l.LicenseKey, name).Refusal, want)
			is(name+" wants a file", b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: client.TokenKey}).Refusal, want)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM heartbeats`); n != 1 {
			t.Errorf("%d heartbeats are noted, want the laptop's", n)
		}
		is("the camera gives its activation back", b.Unassign(t, camera.TokenKey), 0)
	})
}
