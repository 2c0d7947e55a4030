package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

func TestLifeOfALicence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wantState(t, b.client.Status(), client.StateNotActivated)
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, client.ErrNotActivated) {
		t.Errorf("heartbeat before: %v", err)
	}
	if err := b.client.Deactivate(t.Context()); !errors.Is(err, client.ErrNotActivated) {
		t.Errorf("deactivate before: %v", err)
	}
	s, err := b.client.Activate(t.Context(), " "+clienttest.LicenseKey+"\n")
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
	if s.License.Customer.Name != "Example Ltd" || s.HeartbeatDue {
		t.Errorf("after activation: %+v", s)
	}
	b.restart(t)
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Change(func(l *client.LicenseInfo) { l.LicenseName = "Changed" })
	if s, err = b.client.Heartbeat(t.Context()); err != nil || s.License.LicenseName != "Changed" {
		t.Errorf("heartbeat: %+v, %v", s, err)
	}
	if err := b.client.Deactivate(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, b.client.Status(), client.StateNotActivated)
	b.restart(t)
	wantState(t, b.client.Status(), client.StateNotActivated)
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Errorf("activating again: %v", err)
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	b := activated(t)
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	requests := b.server.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	nonces := map[string]bool{}
	for _, r := range requests {
		nonce := r.Header.Get(signed.NonceHeader)
		if _, err := signed.ParseNonce(nonce); err != nil || nonces[nonce] {
			t.Errorf("nonce %q: %v", nonce, err)
		}
		nonces[nonce] = true
		if r.Header.Get(signed.AcceptSignatureHeader) != "ed25519-2" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
	}
	var sent map[string]any
	if err := json.Unmarshal(requests[0].Body, &sent); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]any{
		"product_id": clienttest.ProductID, "license_key": clienttest.LicenseKey, "client_id": b.client.ClientID(),
		"software_version": "1.0.0", "hostname": "test", "operating_system": runtime.GOOS, "timestamp_utc": "2026-03-01T12:00:00Z",
	} {
		if sent[field] != want {
			t.Errorf("%s is %v, not %v", field, sent[field], want)
		}
	}
	if key, ok := sent["client_public_key"].(string); !ok || len(key) != 43 {
		t.Errorf("client_public_key %v", sent["client_public_key"])
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.client.Activate(t.Context(), "no key")
	var refused *client.RefusalError
	if !errors.As(err, &refused) || refused.ID != client.RefusalUnknownKey || refused.Help == "" {
		t.Errorf("got %v", err)
	}
	wantState(t, b.client.Status(), client.StateNotActivated)
}

func TestAWrongNewKeyKeepsTheOldLicence(t *testing.T) {
	t.Parallel()
	b := activated(t)
	if _, err := b.client.Activate(t.Context(), "no key"); err == nil {
		t.Fatal("accepted")
	}
	wantState(t, b.client.Status(), client.StateValid)
	b.restart(t)
	wantState(t, b.client.Status(), client.StateValid)
}

func TestDeactivatedElsewhere(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Forget()
	s, err := b.client.Heartbeat(t.Context())
	var refused *client.RefusalError
	if !errors.As(err, &refused) || refused.ID != client.RefusalUnknownClient {
		t.Fatalf("got %v", err)
	}
	wantState(t, s, client.StateRefused)
	b.restart(t) // freeride must not bring it back
	s = b.client.Status()
	wantState(t, s, client.StateRefused)
	if s.Refusal == nil || s.Refusal.ID != client.RefusalUnknownClient {
		t.Errorf("refusal %+v", s.Refusal)
	}
	if err := b.client.Deactivate(t.Context()); err != nil { // 2004 counts as done
		t.Errorf("deactivate: %v", err)
	}
	wantState(t, b.client.Status(), client.StateNotActivated)
}

func TestSuspendedAndBack(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Refuse("heartbeats", &client.RefusalError{ID: client.RefusalSuspended, Message: "Suspended until Monday."})
	s, _ := b.client.Heartbeat(t.Context())
	wantState(t, s, client.StateRefused)
	b.server.Refuse("heartbeats", nil)
	s, err := b.client.Heartbeat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
	b.restart(t)
	wantState(t, b.client.Status(), client.StateValid)
}

// A licence that counts the devices of each month may have no place for this one: it may not
// run, also under freeride, and is not told to ask again and again; the next month it may.
func TestAMonthWithoutAPlace(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Refuse("heartbeats", &client.RefusalError{ID: client.RefusalNoToken, Message: "All devices of this month are in use.", Help: "Wait for the next one."})
	b.server.Advance(25 * time.Hour)
	s, _ := b.client.Heartbeat(t.Context())
	wantState(t, s, client.StateRefused)
	if s.Valid() || s.Message != "All devices of this month are in use. Wait for the next one." || s.Refusal.ID != client.RefusalNoToken {
		t.Errorf("got %+v", s)
	}
	if s.HeartbeatDue {
		t.Error("it is told to ask at once again")
	}
	b.restart(t)
	if s := b.client.Status(); s.Valid() || s.HeartbeatDue {
		t.Errorf("after a restart: %+v", s)
	}
	b.server.Advance(24 * time.Hour)
	if s := b.client.Status(); s.Valid() || !s.HeartbeatDue {
		t.Errorf("a day later: %+v", s)
	}
	b.server.Refuse("heartbeats", nil)
	s, err := b.client.Heartbeat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
}

func TestARefusedDeactivationChangesNothing(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Refuse("unassign", &client.RefusalError{ID: client.RefusalMayNotUnassign, Message: "Not from here."})
	if err := b.client.Deactivate(t.Context()); err == nil {
		t.Fatal("accepted")
	}
	wantState(t, b.client.Status(), client.StateValid)
}

func TestEachActivationHasItsOwnKey(t *testing.T) {
	t.Parallel()
	b := activated(t)
	if err := b.client.Deactivate(t.Context()); err != nil {
		t.Fatal(err)
	}
	recorded := b.server.Requests()[1]
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	// The attack: send the recorded unassign again.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		b.server.URL+"/api/v2/isv/"+clienttest.VendorID+"/provisioning/unassign", newReader(recorded.Body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = recorded.Header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("the recorded call was answered %d", response.StatusCode)
	}
}

func TestStateIsPrivate(t *testing.T) {
	t.Parallel()
	b := activated(t)
	for _, name := range []string{"client.key", "license.answer", "license.mark"} {
		info, err := os.Stat(b.file(name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// A program that is ended in the middle of a write leaves an unfinished file.
func TestUnfinishedFilesAreTakenAway(t *testing.T) {
	t.Parallel()
	b := activated(t)
	leave := func(name string, age time.Duration) string {
		t.Helper()
		path := b.file(name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old := []string{leave("license.mark.123.tmp", 2*time.Hour), leave("consumption/1-a.json.4.tmp", 2*time.Hour)}
	fresh := leave("license.answer.5.tmp", time.Minute) // another process may be at it
	b.restart(t)
	for _, path := range old {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there (%v)", path, err)
		}
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error(err)
	}
	wantState(t, b.client.Status(), client.StateValid)
}

func TestCloseEndsRunningCalls(t *testing.T) {
	t.Parallel()
	b := activated(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { close(arrived); <-release })
	ended := make(chan error)
	go func() { _, err := b.client.Heartbeat(context.Background()); ended <- err }()
	<-arrived
	go func() { _ = b.client.Close() }()
	if err := <-ended; !errors.Is(err, client.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := b.client.Close(); err != nil {
		t.Error(err)
	}
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, client.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	wantState(t, b.client.Status(), client.StateValid)
}
