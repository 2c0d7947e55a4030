package webhooks_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

var secretForm = regexp.MustCompile(`whsec_[A-Za-z0-9+/]+=*`)

// From an empty list to a delivery that failed, was mended and replayed.
func TestWebhookPages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.SignIn(t, v)
		target, got := servertest.Receiver(t, func(r *http.Request) int {
			if r.URL.Path == "/mended" {
				return 204
			}
			return 418
		})
		if p := b.Get(t, "/settings/webhooks"); p.Status != 200 || !strings.Contains(p.Text(".app-empty"), "Nobody is told yet") {
			t.Errorf("the empty list: %d %s", p.Status, p.Text("main"))
		}
		wrong := b.Post(t, "/settings/webhooks/new", url.Values{"kind": {"webhook"}, "target": {"hooks.example.com"}})
		if wrong.Status != 400 || !strings.Contains(wrong.Text("#target-error"), "http or https URL") ||
			!strings.Contains(wrong.Text(".app-error"), "at least one event") || wrong.Find("#target").AttrOr("value", "") != "hooks.example.com" {
			t.Errorf("a wrong webhook: %d %s", wrong.Status, wrong.Text("main"))
		}
		added := b.Post(t, "/settings/webhooks/new", url.Values{
			"kind": {"webhook"}, "target": {target + "/hook?token=secret"}, "events": {"customer.created", "license.issued"},
		})
		secret, page := secretForm.FindString(added.Text("#secret")), strings.TrimPrefix(added.Find("a.btn-primary").AttrOr("href", ""), b.Base)
		if added.Status != 200 || secret == "" || !strings.Contains(added.Text("pre"), "hmac.compare_digest") || strings.Contains(added.Text("h1, .app-head p"), "token=") {
			t.Fatalf("the new webhook: %d %s", added.Status, added.Text("main"))
		}
		if p := b.Get(t, page); p.Status != 200 || !strings.Contains(p.Text("main"), "license.issued") || secretForm.MatchString(p.Body) {
			t.Errorf("its page: %d %s", p.Status, p.Text("main"))
		}

		test := b.Post(t, page+"/test", nil)
		if r := servertest.Await(t, got); !servertest.SignedWith(secret, r) {
			t.Errorf("the test is not signed: %v", r.Head)
		}
		item := test.Path
		failed := servertest.Shows(t, b, item, func(p *servertest.Page) bool { return strings.Contains(p.Text(".app-attempt"), "Attempt 1") })
		if text := failed.Text(".app-attempt"); !strings.Contains(text, "418") || !strings.Contains(text, `"type":"webhook.test"`) || strings.Contains(failed.Body, "token=secret") ||
			!strings.Contains(text, "webhook-signature: (left out)") || failed.Find("[data-refresh]").Length() != 1 {
			t.Errorf("the failed delivery: %s", text)
		}
		if p := b.Get(t, "/settings/webhooks"); !strings.Contains(p.Text("tbody"), "Failing") || strings.Contains(p.Body, "token=secret") {
			t.Errorf("the list: %s", p.Text("tbody"))
		}
		if p := b.Post(t, item+"/replay", nil); !strings.Contains(p.Text("#flash"), "still waits") {
			t.Errorf("the replay of what waits: %s", p.Text("#flash"))
		}

		off := b.Post(t, page+"/disable", nil)
		undo := off.Find("#flash form").AttrOr("action", "")
		if !strings.Contains(off.Text("h1"), "Off") || undo != b.Base+page+"/enable" {
			t.Errorf("switched off: %s, undo at %q", off.Text("h1"), undo)
		}
		if p := b.Post(t, page+"/test", nil); !strings.Contains(p.Text("#flash"), "switched off") {
			t.Errorf("a test of one that is off: %s", p.Text("#flash"))
		}
		edited := b.Fill(t, page+"/edit", url.Values{"target": {target + "/mended"}, "events": {"customer.created"}})
		if edited.Path != page || strings.Contains(edited.Text(".app-words"), "license.issued") {
			t.Errorf("edited: %s %s", edited.Path, edited.Text("main"))
		}
		if p := b.Fill(t, page+"/edit", url.Values{"target": {target}, "events": nil}); p.Status != 400 || !strings.Contains(p.Text(".app-error"), "at least one event") {
			t.Errorf("an edit without events: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Post(t, strings.TrimPrefix(undo, b.Base), nil); !strings.Contains(p.Text("#flash"), "It is on") {
			t.Errorf("undone: %s", p.Text("#flash"))
		}

		rotated := b.Post(t, page+"/rotate", nil)
		next := secretForm.FindString(rotated.Text("#secret"))
		if rotated.Status != 200 || next == "" || next == secret {
			t.Errorf("rotated: %d %s", rotated.Status, rotated.Text("main"))
		}
		b.Post(t, page+"/test", nil)
		for !servertest.SignedWith(next, servertest.Await(t, got)) { // what failed comes again too
			continue
		}
		done := servertest.Shows(t, b, page+"?state=delivered", func(p *servertest.Page) bool { return p.Find("tbody tr").Length() > 0 })
		one := strings.TrimPrefix(done.Find("tbody a").First().AttrOr("href", ""), b.Base)
		if p := b.Post(t, one+"/replay", nil); p.Path != one || !strings.Contains(p.Text("#flash"), "once more") {
			t.Errorf("replayed: %s %s", p.Path, p.Text("#flash"))
		}
		if p := b.Get(t, page+"?state=lost"); !strings.Contains(p.Text(".alert"), "must be waiting") {
			t.Errorf("a wrong filter: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Get(t, page+"/deliveries.csv?state=waiting"); p.Status != 200 || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("the CSV: %d %s", p.Status, p.Body)
		}
		if p := b.Post(t, page+"/replay", nil); !strings.Contains(p.Text("#flash"), "nothing to replay") {
			t.Errorf("a replay of nothing: %s", p.Text("#flash"))
		}
		if p := b.Get(t, page+"/delete"); p.Find(".btn-danger").Length() != 1 || !strings.Contains(p.Text(".app-lead"), "can't be taken back") {
			t.Errorf("the question: %s", p.Text("main"))
		}
		if p := b.Post(t, page+"/delete", nil); p.Path != "/settings/webhooks" || p.Find("tbody tr").Length() != 0 {
			t.Errorf("deleted: %s %s", p.Path, p.Text("main"))
		}
		for _, path := range []string{page, page + "/edit", one, page + "/deliveries/x", page + "/deliveries.csv", "/settings/webhooks/none"} {
			if p := b.Get(t, path); p.Status != 404 {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
	}, servertest.AllowLoopback)
}

// Somebody without the permission sees neither the entry nor the page, and an
// address that gets mail has no secret.
func TestWebhookPagesNeedThePermission(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.SignIn(t, v)
		added := b.Post(t, "/settings/webhooks/new", url.Values{"kind": {"mail"}, "target": {"ops@example.com"}, "events": {"license.issued"}})
		if added.Status != 200 || secretForm.MatchString(added.Body) || !strings.Contains(added.Text("main"), "ops@example.com") {
			t.Errorf("an address: %d %s", added.Status, added.Text("main"))
		}
		page := strings.TrimPrefix(added.Find("a.btn-primary").AttrOr("href", ""), b.Base)
		support := s.SignInAs(t, v, "support")
		for _, path := range []string{"/settings/webhooks", page, "/settings/mail", "/settings/mail/templates/test/en", "/settings/mail/log"} {
			if p := support.Get(t, path); p.Status != 403 || strings.Contains(p.Body, "ops@example.com") {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
		for _, path := range []string{page + "/disable", page + "/delete", "/settings/mail", "/settings/mail/templates/test/en/test"} {
			if p := support.Post(t, path, nil); p.Status != 403 {
				t.Errorf("POST %s: %d", path, p.Status)
			}
		}
		if nav := support.Get(t, "/licenses").Text(".app-side-nav"); strings.Contains(nav, "Webhooks") || strings.Contains(nav, "Mail") {
			t.Errorf("the navigation: %s", nav)
		}
		if got := fmt.Sprint(b.Get(t, page).Status); got != "200" {
			t.Errorf("the owner's page: %s", got)
		}
	})
}
