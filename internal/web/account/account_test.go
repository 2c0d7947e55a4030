package account_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Ending the other sessions is a change like any other: the audit log tells who did it.
func TestEndingOtherSessionsIsRecorded(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	other, b := s.SignIn(t, v), s.SignIn(t, v)
	b.Post(t, "/account/sessions/end-others", nil)
	if p := other.Get(t, "/account"); !strings.HasPrefix(p.Path, "/sign-in") {
		t.Errorf("the other session goes on at %s", p.Path)
	}
	log := b.Get(t, "/audit-log?subject=user").Text("#rows")
	if !strings.Contains(log, "User other sessions revoked") || strings.Contains(log, "A client") {
		t.Errorf("the audit log: %s", log)
	}
}
