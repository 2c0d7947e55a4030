package licensing_test

import (
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// monthly makes a vendor in a zone with a licence for n devices a month, with buffer and
// goodwill above it.
func monthly(t *testing.T, e storetest.Env, zone string, n, buffer, goodwill int64, change ...func(*terms.Policy)) (licenseBench, *licensing.License) {
	t.Helper()
	b := newLicenses(t, e)
	b.moveTo(t, zone)
	return b, b.Issue(t, b.Limited(t, n, buffer, goodwill, append(change, byMonth)...))
}

func byMonth(p *terms.Policy) { p.ActivationCounting = terms.CountMonthly }

func (b licenseBench) moveTo(t *testing.T, zone string) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (vendors.Vendor, error) {
		return storetest.Vendors(t, b.Env).Update(x, b.Vendor, vendors.Change{Zone: &zone})
	})
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (b licenseBench) goTo(t *testing.T, text string) {
	t.Helper()
	b.Clock.Advance(at(t, text).Sub(b.Clock.Now()))
}

// calls sends a heartbeat and gives the number of its refusal; 0 where it was answered.
func (b licenseBench) calls(t *testing.T, client string) int {
	t.Helper()
	out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: client, Client: licensing.Client{SoftwareVersion: "1"}})
	if out.Refusal != nil {
		return out.Refusal.ID
	}
	if !out.State.IsValid {
		t.Errorf("%s is answered that it is not valid: %s", client, out.State.Reason)
	}
	return 0
}

// inMonth reads the month of a licence in the zone of the vendor.
func (b licenseBench) inMonth(t *testing.T, l *licensing.License, zone string) *licensing.MonthUse {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return b.reread(t, l).MonthAt(b.Clock.Now(), z)
}

func (b licenseBench) reread(t *testing.T, l *licensing.License) *licensing.License {
	t.Helper()
	now, err := b.Store.ByUUID(t.Context(), b.Vendor, l.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func (b licenseBench) counted(t *testing.T, l *licensing.License, zone string, want int64) {
	t.Helper()
	if m := b.inMonth(t, l, zone); m.Used != want {
		t.Errorf("%d devices were counted, want %d, in %v", m.Used, want, m.Span)
	}
	storetest.Sound(t, b.Env)
}
