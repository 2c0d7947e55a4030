package client_test

import (
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

func TestRefreshBy(t *testing.T) {
	t.Parallel()
	c := carry(t)
	end := c.server.Now().Add(30 * day)
	c.files.Change = func(l *signed.OfflineLicense) { l.RefreshBy = &end }
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	s, err := c.client.Install(c.answer(t, f, err))
	if err != nil || !s.RunsUntil.Equal(end) {
		t.Fatalf("%+v, %v", s, err)
	}
	c.server.Advance(30*day - time.Second)
	wantState(t, c.client.Status(), client.StateValid)
	c.server.Advance(time.Second)
	wantState(t, c.client.Status(), client.StateStale)
}

// A program that asks for nothing in between installs a new file: that is as old as it is.
func TestARefreshIsAsNewAsItIs(t *testing.T) {
	t.Parallel()
	c := carry(t)
	c.files.Change = func(l *signed.OfflineLicense) {
		end := time.Unix(l.IssuedAt, 0).Add(30 * day)
		l.RefreshBy = &end
	}
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license := c.answer(t, f, err)
	if _, err := c.client.Install(license); err != nil {
		t.Fatal(err)
	}
	c.server.Advance(40 * day)
	refresh, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.client.Install(refresh); err != nil || !s.Valid() || !s.RunsUntil.Equal(c.server.Now().Add(30*day)) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestClocksOfDevicesWithoutInternet(t *testing.T) {
	t.Parallel()
	t.Run("once far ahead", func(t *testing.T) {
		t.Parallel()
		c, license := installed(t)
		c.moved = 11 * 365 * day
		wantState(t, c.client.Status(), client.StateExpired)
		c.restart(t)
		c.moved = 0
		s := c.client.Status()
		wantState(t, s, client.StateClockSetBack)
		for _, part := range []string{"2026", "2037", "refresh file"} {
			if !strings.Contains(s.Message, part) {
				t.Errorf("%q says nothing of %s", s.Message, part)
			}
		}
		c.server.Change(func(l *client.LicenseInfo) { l.Serial++ })
		refresh, err := c.files.Refresh(license)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := c.client.Install(refresh); err != nil || !s.Valid() {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("behind the server", func(t *testing.T) {
		t.Parallel()
		c := carry(t)
		c.moved = -40 * time.Minute
		f, err := c.client.OfflineRequest(clienttest.LicenseKey)
		if s, err := c.client.Install(c.answer(t, f, err)); err != nil || !s.Valid() {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("in the year 2001", func(t *testing.T) {
		t.Parallel()
		c := carry(t)
		c.moved = -25 * 365 * day
		f, err := c.client.OfflineRequest(clienttest.LicenseKey)
		if s, err := c.client.Install(c.answer(t, f, err)); err != nil || !s.Valid() {
			t.Errorf("%+v, %v", s, err)
		}
		c.server.Advance(364 * day)
		wantState(t, c.client.Status(), client.StateValid)
		c.server.Advance(2 * day)
		wantState(t, c.client.Status(), client.StateExpired)
	})
	t.Run("less than a day back", func(t *testing.T) {
		t.Parallel()
		c, _ := installed(t)
		c.server.Advance(5 * day)
		wantState(t, c.client.Status(), client.StateValid)
		c.moved = -23 * time.Hour
		wantState(t, c.client.Status(), client.StateValid)
		c.moved = -25 * time.Hour
		wantState(t, c.client.Status(), client.StateClockSetBack)
	})
	t.Run("set back again and again", func(t *testing.T) {
		t.Parallel()
		c := carry(t)
		end := c.server.Now().Add(3 * day)
		c.files.Change = func(l *signed.OfflineLicense) { l.RefreshBy = &end }
		f, err := c.client.OfflineRequest(clienttest.LicenseKey)
		if _, err := c.client.Install(c.answer(t, f, err)); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			c.server.Advance(20 * time.Hour)
			c.client.Status()
			c.moved -= 20 * time.Hour
			c.client.Status()
		}
		if s := c.client.Status(); s.Valid() {
			t.Errorf("a clock that is set back daily runs for ever: %+v", s)
		}
	})
}
