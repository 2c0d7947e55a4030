package client_test

import (
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
)

// kill is the program being ended without Close, and started again.
func (b *bundle) kill(t *testing.T) {
	t.Helper()
	b.client = nil
	b.restart(t)
}

// The attack: set the clock back before each start, so that freeride never ends.
// The program asks in small steps, which must not keep the time from the disk.
func TestAClockSetBackIsNoticedAfterSmallSteps(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(*bundle, *testing.T){"closed": (*bundle).restart, "killed": (*bundle).kill} {
		for _, step := range []time.Duration{10 * time.Minute, 59 * time.Second, 7 * time.Second} {
			t.Run(name+" "+step.String(), func(t *testing.T) {
				t.Parallel()
				b := activated(t)
				start := b.server.Now()
				for at := time.Duration(0); at < time.Hour; at += step {
					b.server.Advance(step)
					b.client.Status()
				}
				wantState(t, b.client.Status(), client.StateValid)
				b.server.Advance(start.Sub(b.server.Now()))
				again(b, t)
				wantState(t, b.client.Status(), client.StateClockSetBack)
			})
		}
	}
}

// A program that asks for nothing in between sends a heartbeat: the answer is as old as it is.
func TestAnAnswerIsAsNewAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.Change(func(l *client.LicenseInfo) { l.Freeride = 1 })
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	b.server.Advance(20 * day)
	if s, err := b.client.Heartbeat(t.Context()); err != nil || !s.Valid() {
		t.Errorf("%+v, %v", s, err)
	}
}

// The attack: a clock that never gets further than what is let pass as a
// correction, again and again.
func TestSmallStepsBackEndWithFreeride(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.Change(func(l *client.LicenseInfo) { l.Freeride = 1 })
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	const step = 4 * time.Minute
	ran := time.Duration(0)
	for ; ran < 20*day && b.client.Status().Valid(); ran += step {
		b.server.Advance(step)
		b.client.Status()
		b.server.Advance(-step)
		if ran%(10*step) == 0 {
			b.restart(t)
		}
	}
	if ran > day+step {
		t.Errorf("valid for %s with a freeride of a day", ran)
	}
}

// The attack: a licence that has expired, started again by an older clock.
func TestAnExpiredLicenceStaysExpired(t *testing.T) {
	t.Parallel()
	b := setup(t)
	start := b.server.Now()
	b.server.Change(func(l *client.LicenseInfo) { l.ExpirationDate, l.Freeride = start.Add(10*day), 30 })
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	for range 10 * 24 * 2 {
		b.server.Advance(30 * time.Minute)
		b.client.Status()
	}
	wantState(t, b.client.Status(), client.StateExpired)
	b.server.Advance(start.Sub(b.server.Now()))
	b.kill(t)
	wantState(t, b.client.Status(), client.StateClockSetBack)
}

// Close writes what a minute has not.
func TestCloseWritesTheTime(t *testing.T) {
	t.Parallel()
	b := activated(t)
	for range 10 { // eight minutes, with a start after each 50 seconds
		b.server.Advance(50 * time.Second)
		b.client.Status()
		b.restart(t)
	}
	b.server.Advance(-8 * time.Minute)
	b.kill(t)
	wantState(t, b.client.Status(), client.StateClockSetBack)
}
