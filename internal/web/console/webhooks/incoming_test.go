package webhooks_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// A billing system gets its path and secret, a new secret, and goes.
func TestIncomingWebhookPages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		b := s.SignIn(t, s.Vendor(t, "Acme"))
		servertest.Says(t, b.Get(t, "/settings/incoming"), ".app-empty", "No system tells anything yet")
		servertest.Says(t, b.Get(t, "/settings/webhooks"), "main", "Incoming")
		if p := b.Post(t, "/settings/incoming/new", url.Values{"provider": {" "}}); p.Status != 400 || p.Find("#provider-error").Length() != 1 {
			t.Errorf("no provider: %d %s", p.Status, p.Text("main"))
		}
		added := b.Post(t, "/settings/incoming/new", url.Values{"provider": {"billing"}})
		secret, path := secretForm.FindString(added.Text("#secret")), added.Text("#address")
		if added.Status != 200 || secret == "" || !strings.HasPrefix(path, "/incoming/") || !strings.Contains(added.Text("pre"), "webhook-signature") {
			t.Fatalf("the new webhook: %d %s", added.Status, added.Text("main"))
		}
		if p := b.Post(t, "/settings/incoming/new", url.Values{"provider": {"billing"}}); p.Status != 409 || !strings.Contains(p.Text("main"), "already") {
			t.Errorf("the same provider again: %d %s", p.Status, p.Text("main"))
		}
		list := b.Get(t, "/settings/incoming")
		if secretForm.MatchString(list.Body) {
			t.Error("the secret is shown again")
		}
		servertest.Says(t, list, "tbody", "billing")
		servertest.Says(t, list, "tbody", path)
		servertest.Says(t, list, "tbody", "Silent")
		one := "/settings/incoming/" + path[strings.LastIndex(path, "/")+1:]
		rotated := b.Post(t, one+"/rotate", nil)
		if again := secretForm.FindString(rotated.Text("#secret")); again == "" || again == secret || rotated.Text("#address") != path {
			t.Errorf("rotated: %d %s", rotated.Status, rotated.Text("main"))
		}
		servertest.Says(t, b.Get(t, one+"/delete"), "main", "billing")
		if p := b.Post(t, one+"/delete", nil); p.Find("tbody").Length() != 0 {
			t.Errorf("deleted: %s", p.Text("main"))
		}
		for _, at := range []string{"/rotate", "/delete"} {
			if p := b.Get(t, one+at); p.Status != 404 {
				t.Errorf("%s of one that is gone: %d", at, p.Status)
			}
		}
	})
}
