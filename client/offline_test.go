package client_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
)

func timeZero() time.Time { return time.Unix(0, 0) }

const day = 24 * time.Hour

func TestFreeride(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Advance(day)
	b.restart(t)
	s := b.client.Status()
	wantState(t, s, client.StateValid)
	if !s.HeartbeatDue || !s.RunsUntil.Equal(b.server.Now().Add(6*day)) {
		t.Errorf("after a day: %+v", s)
	}
	b.server.Advance(6 * day) // 7 days: the last moment
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Advance(time.Second)
	wantState(t, b.client.Status(), client.StateStale)
	if b.client.Feature("anything") {
		t.Error("a stale licence grants")
	}
	if s, err := b.client.Heartbeat(t.Context()); err != nil || !s.Valid() {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestWithoutFreerideEachStartNeedsAnAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.Change(func(l *client.LicenseInfo) { l.Freeride = 0 })
	s, err := b.client.Activate(t.Context(), clienttest.LicenseKey)
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
	b.restart(t)
	wantState(t, b.client.Status(), client.StateStale)
}

func TestExpiryIsJudgedApartFromFreeride(t *testing.T) {
	t.Parallel()
	b := setup(t)
	end := b.server.Now().Add(2 * day)
	b.server.Change(func(l *client.LicenseInfo) { l.ExpirationDate = end })
	s, err := b.client.Activate(t.Context(), clienttest.LicenseKey)
	if err != nil || !s.RunsUntil.Equal(end) {
		t.Fatalf("%+v, %v", s, err)
	}
	b.server.Advance(2*day - time.Second)
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Advance(time.Second)
	wantState(t, b.client.Status(), client.StateExpired)
}

// A machine whose clock is two years fast judges like any other.
func TestAWrongClockThatGoesOnHarmsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.Now = func() time.Time { return b.server.Now().AddDate(2, 0, 0) }
	end := b.server.Now().Add(3 * day)
	b.server.Change(func(l *client.LicenseInfo) { l.ExpirationDate = end })
	b.restart(t)
	s, err := b.client.Activate(t.Context(), clienttest.LicenseKey)
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
	b.server.Advance(2 * day)
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Advance(day)
	wantState(t, b.client.Status(), client.StateExpired)
}

// The attack: set the clock back to stay inside freeride.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Advance(5 * day)
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Advance(-4 * day)
	wantState(t, b.client.Status(), client.StateClockSetBack)
	b.restart(t) // also over a restart: the last time seen is on disk
	wantState(t, b.client.Status(), client.StateClockSetBack)
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, client.ErrStateRolledBack) && err != nil {
		t.Fatal(err)
	}
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Advance(-2 * time.Minute) // what time synchronisation does
	wantState(t, b.client.Status(), client.StateValid)
}

func TestNewVersionAsksForAHeartbeat(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.config.SoftwareVersion = "2.0.0"
	b.restart(t)
	if !b.client.Status().HeartbeatDue {
		t.Error("no heartbeat due after an update")
	}
}

func TestEditedState(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(t *testing.T, b *bundle){
		"answer edited":  func(t *testing.T, b *bundle) { replaceIn(t, b.file("license.answer"), `"freeride":7`, `"freeride":9`) },
		"answer cut":     func(t *testing.T, b *bundle) { write(t, b.file("license.answer"), "chancery answer 1\n") },
		"answer emptied": func(t *testing.T, b *bundle) { write(t, b.file("license.answer"), "") },
		"mark removed":   func(t *testing.T, b *bundle) { remove(t, b.file("license.mark")) },
		"mark emptied":   func(t *testing.T, b *bundle) { write(t, b.file("license.mark"), "") },
		"key removed":    func(t *testing.T, b *bundle) { remove(t, b.file("client.key")) },
		"key edited":     func(t *testing.T, b *bundle) { write(t, b.file("client.key"), "x") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := activated(t)
			edit(t, b)
			b.restart(t)
			s := b.client.Status()
			wantState(t, s, client.StateDamaged)
			if !errors.Is(s.Err, client.ErrStateEdited) {
				t.Errorf("got %v", s.Err)
			}
			if err := b.client.Deactivate(t.Context()); err == nil {
				t.Error("a token was given up on the word of a damaged state")
			}
			if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
				t.Fatal(err)
			}
			b.restart(t)
			wantState(t, b.client.Status(), client.StateValid)
		})
	}
}

func TestAHeartbeatHealsADamagedState(t *testing.T) {
	t.Parallel()
	b := activated(t)
	remove(t, b.file("license.mark"))
	b.restart(t)
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.restart(t)
	wantState(t, b.client.Status(), client.StateValid)
}

// The attack: keep the files of a better licence, and put them back.
func TestRolledBackState(t *testing.T) {
	t.Parallel()
	b := activated(t)
	old := read(t, b.file("license.answer"))
	b.server.Change(func(l *client.LicenseInfo) { l.IsActive = false })
	b.server.Advance(time.Hour)
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, b.client.Status(), client.StateInactive)
	write(t, b.file("license.answer"), old)
	b.restart(t)
	s := b.client.Status()
	wantState(t, s, client.StateDamaged)
	if !errors.Is(s.Err, client.ErrStateRolledBack) {
		t.Errorf("got %v", s.Err)
	}
}

func TestAnOlderSerialIsRefused(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Change(func(l *client.LicenseInfo) { l.Serial = 9 })
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.server.Change(func(l *client.LicenseInfo) { l.Serial, l.LicenseName = 8, "older" })
	s, err := b.client.Heartbeat(t.Context())
	if !errors.Is(err, client.ErrStateRolledBack) || s.License.LicenseName == "older" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil || s.License.LicenseName != "older" {
		t.Errorf("activating starts anew: %v", err)
	}
}

// The crash between the answer and its mark must not cost a licence.
func TestAnswerNewerThanItsMark(t *testing.T) {
	t.Parallel()
	b := activated(t)
	old := read(t, b.file("license.mark"))
	b.server.Change(func(*client.LicenseInfo) {})
	b.server.Advance(time.Hour)
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, b.file("license.mark"), old)
	b.restart(t)
	wantState(t, b.client.Status(), client.StateValid)
}

func TestCopiedState(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.config.MachineID = func() (string, error) { return "machine-2", nil }
	b.restart(t)
	s := b.client.Status()
	wantState(t, s, client.StateDamaged)
	if !errors.Is(s.Err, client.ErrStateCopied) || !strings.Contains(s.Message, "another") {
		t.Errorf("%v: %s", s.Err, s.Message)
	}
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, client.ErrStateCopied) {
		t.Errorf("heartbeat: %v", err)
	}
	before := read(t, b.file("client.key"))
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	if read(t, b.file("client.key")) == before {
		t.Error("the other machine's key is used on")
	}
}

func replaceIn(t *testing.T, file, from, to string) {
	t.Helper()
	text := read(t, file)
	if !strings.Contains(text, from) {
		t.Fatalf("no %s in %s", from, file)
	}
	write(t, file, strings.Replace(text, from, to, 1))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
