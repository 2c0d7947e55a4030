package auditlog_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Attack: reading a receiver's token out of the audit log, which others may see.
func TestTheAuditLogLeavesTokensOfReceiversOut(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	b.Post(t, "/settings/webhooks/new", url.Values{
		"kind": {"webhook"}, "target": {"https://hooks.example.com/in?token=hush-hush"}, "events": {"license.issued"},
	})
	log := b.Get(t, "/audit-log?cols=what,who,after").Body
	if strings.Contains(log, "hush-hush") || !strings.Contains(log, "hooks.example.com/in") {
		t.Errorf("the audit log: %s", log)
	}
}
