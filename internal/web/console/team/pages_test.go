package team_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// An invitation's link can be handed over as it is shown, and the page tells the
// truth about the mail.
func TestInvitationIsAWholeLink(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "licences.example.com"} })
	owner := s.SignIn(t, s.Vendor(t, "Acme"))
	made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "role": {"viewer"}})
	link := made.Find("[data-copy]").AttrOr("data-copy", "")
	if !strings.HasPrefix(link, "http://licences.example.com"+owner.Base+"/reset?token=chl_") {
		t.Errorf("the link is %s", link)
	}
	if !strings.Contains(made.Text("main"), "mails no links") {
		t.Errorf("without a mail server it says: %s", made.Text("main"))
	}
	if p := s.Browser(t, s.Vendor(t, "Bolt")).Get(t, "/forgot"); !strings.Contains(p.Text("main"), "mails no links") {
		t.Errorf("without a mail server the recovery says: %s", p.Text("main"))
	}
}
