package clientcmd_test

import (
	"strings"
	"testing"

	"chancery/client/clienttest"
)

func TestSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.run(t, "session", "--for", "1ms"); err == nil || !strings.Contains(err.Error(), "activate with a license key first") {
		t.Errorf("got %v", err)
	}
	if _, err := b.run(t, "activate", clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t, "session", "--for", "1ms"); err == nil || !strings.Contains(err.Error(), "12000") {
		t.Errorf("got %v", err)
	}
	b.server.Floating(1)
	out, err := b.run(t, "session", "--for", "1ms")
	if err != nil || !strings.Contains(out, "Session open until 2026-03-01T12:10:00Z") || !strings.Contains(out, "Session closed.") {
		t.Errorf("%s, %v", out, err)
	}
	out, err = b.run(t, "session", "--for", "1ms", "--json", "--session-id", "two", "--user", "ann", "--checkout", "2h")
	lines := strings.Split(out, "\n")
	if err != nil || len(lines) != 3 || !strings.HasPrefix(lines[0], `{"is_session_valid":true,"session_valid_until":"2026-03-01T14:00:00Z"`) ||
		!strings.HasSuffix(lines[0], `"open":true}`) || !strings.HasSuffix(lines[1], `"open":false}`) {
		t.Errorf("%s, %v", out, err)
	}
	if b.server.Sessions() != 0 || !b.server.TakeSession("another") {
		t.Error("a session was not given back")
	}
	if _, err := b.run(t, "session"); err == nil || !strings.Contains(err.Error(), "1007") {
		t.Errorf("got %v", err)
	}
}
