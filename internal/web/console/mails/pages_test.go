package mails_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// allRules are the fields of the page of rules as they are at the beginning.
func allRules() url.Values {
	f := url.Values{"license_issued_is_on": {"on"}, "refresh_due_is_on": {"on"}, "expiring_days": {"30"}, "refresh_due_days": {"14"}}
	for _, k := range []string{"license_issued", "new_device", "nearly_used_up", "goodwill", "expiring", "expired", "used_up", "refresh_due", "meter_threshold", "meter_exhausted"} {
		f.Set(k+"_to", "customer")
	}
	return f
}

func TestMailRulePage(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.SignIn(t, v)
		if p := b.Get(t, "/settings/mail"); p.Status != 200 || p.Find("#license_issued_is_on[checked]").Length() != 1 || p.Find("#goodwill_is_on[checked]").Length() != 0 ||
			!strings.Contains(p.Text(".app-notice"), "--smtp") || !strings.Contains(p.Text(".app-notice"), "--public-url") {
			t.Errorf("the rules: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Fill(t, "/settings/mail", allRules()); !strings.Contains(p.Text("#flash"), "as they were") {
			t.Errorf("nothing changed: %s", p.Text("#flash"))
		}
		// All that is wrong is told at once, beside its field.
		f := allRules()
		f.Set("goodwill_is_on", "on")
		f.Set("goodwill_to", "staff")
		f.Set("expiring_days", "400")
		f.Set("used_up_to", "both")
		f.Set("used_up_staff", "a@example.com\nb@example.com, c@example.com")
		wrong := b.Fill(t, "/settings/mail", f)
		for id, text := range map[string]string{
			"goodwill_staff-error": "at least one", "expiring_days-error": "between 1 and 365", "used_up_staff-error": "“b@example.com, c@example.com” is none",
		} {
			if !strings.Contains(wrong.Text("#"+id), text) {
				t.Errorf("%s: %q", id, wrong.Text("#"+id))
			}
		}
		if wrong.Status != 400 || wrong.Text("#used_up_staff") != "a@example.com b@example.com, c@example.com" {
			t.Errorf("refused: %d, kept %q", wrong.Status, wrong.Text("#used_up_staff"))
		}
		if p := b.Get(t, "/settings/mail"); p.Find("#goodwill_is_on[checked]").Length() != 0 {
			t.Error("half of it was saved")
		}
		f.Set("goodwill_staff", "sales@example.com")
		f.Set("expiring_days", "14")
		f.Set("used_up_staff", "a@example.com\n\n b@example.com ")
		b.Fill(t, "/settings/mail", f)
		p := b.Get(t, "/settings/mail")
		if p.Find("#goodwill_is_on[checked]").Length() != 1 || p.Find("[name=goodwill_to][value=staff][checked]").Length() != 1 ||
			p.Text("#goodwill_staff") != "sales@example.com" || p.Find("#expiring_days").AttrOr("value", "") != "14" || p.Text("#used_up_staff") != "a@example.com b@example.com" {
			t.Errorf("saved: %s", p.Text("main"))
		}
	})
}

func TestMailTemplatePages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.SignIn(t, v)
		if p := b.Get(t, "/settings/mail/templates"); p.Status != 200 || p.Find("tbody tr").Length() != 52 || strings.Contains(p.Text("tbody"), "Your own") {
			t.Errorf("the templates: %d %s", p.Status, p.Text("main"))
		}
		const page = "/settings/mail/templates/used_up/en"
		first := b.Get(t, page)
		if first.Status != 200 || !strings.Contains(first.Text(".app-mail-words"), "{{.Allowed}}") || strings.Contains(first.Text(".app-mail-words"), "{{.LicenseKey}}") ||
			first.Find("iframe[sandbox]").AttrOr("src", "") != b.Base+page+"/preview" || first.Find("iframe").AttrOr("sandbox", "x") != "" {
			t.Errorf("the template: %d %s", first.Status, first.Text("main"))
		}
		text := url.Values{"subject": {"Full: {{.Product}}"}, "text": {"{{.Used}} of {{.Allowed}}"}, "html": {"<p class=own>{{.Used}}</p><script>alert(1)</script>"}}
		// What is typed shows without being saved, and can't do anything where it shows.
		typed := b.Post(t, page+"/preview", text)
		policy := typed.Header.Get("Content-Security-Policy")
		if typed.Status != 200 || typed.Text(".subject") != "Full: Example product" || typed.Text("pre") != "11 of 12" || !strings.Contains(typed.Find("iframe[sandbox]").AttrOr("srcdoc", ""), "<p class=own>11</p>") ||
			typed.Find("script").Length() != 0 {
			t.Errorf("typed: %d %s", typed.Status, typed.Body)
		}
		if !strings.Contains(policy, "default-src 'none'") || !strings.HasSuffix(policy, "; sandbox") || !strings.Contains(policy, "frame-ancestors 'self'") ||
			strings.Contains(policy, "script-src") || typed.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
			t.Errorf("the frame's policy: %s", policy)
		}
		if p := b.Get(t, page+"/preview"); p.Text(".subject") != "Example product: all activations are in use" {
			t.Errorf("the preview was saved: %s", p.Text(".subject"))
		}
		bad := url.Values{"subject": {"{{.LicenseKey}}"}, "text": {"{{range .Product}}x{{end}}"}, "html": {""}}
		if p := b.Post(t, page+"/preview", bad); p.Status != 200 || p.Find("iframe").Length() != 0 || !strings.Contains(p.Text("[role=alert]"), "HTML") {
			t.Errorf("a preview of what is wrong: %d %s", p.Status, p.Text("body"))
		}
		bad.Set("html", "<p>x</p>")
		if p := b.Fill(t, page, bad); p.Status != 400 || p.Text("#subject-error") == "" || p.Text("#text-error") == "" || p.Find("#subject").AttrOr("value", "") != "{{.LicenseKey}}" {
			t.Errorf("refused: %d %s", p.Status, p.Text("form"))
		}
		if p := b.Fill(t, page, text); p.Path != page || !strings.Contains(p.Text("h1"), "Your own") || !strings.Contains(p.Text("#html"), "class=own") {
			t.Errorf("saved: %s %s", p.Path, p.Text("main"))
		}
		// Without SMTP the test is in the log, and the page says so.
		sent := b.Post(t, page+"/test", nil)
		if !strings.Contains(sent.Text("#flash"), "log only") {
			t.Errorf("tested: %s", sent.Text("#flash"))
		}
		message := strings.TrimPrefix(sent.Find("#flash a").AttrOr("href", ""), b.Base)
		kept := servertest.Shows(t, b, message, func(p *servertest.Page) bool { return strings.Contains(p.Text("#mail"), "Kept") })
		if kept.Text("h1") != "Test: Full: Example product" || !strings.Contains(kept.Text("#mail"), v.OwnerEmail) || kept.Text("pre") != "11 of 12" {
			t.Errorf("in the log: %s", kept.Text("main"))
		}
		if p := b.Get(t, message+"/html"); !strings.Contains(p.Body, "<p class=own>11</p>") || p.Header.Get("Content-Security-Policy") != policy {
			t.Errorf("its HTML: %s %s", p.Header, p.Body)
		}
		if p := b.Fill(t, page+"/reset", nil); p.Path != page || !strings.Contains(p.Text("h1"), "Default") || p.Text("#html") != first.Text("#html") {
			t.Errorf("back to the default: %s %s", p.Path, p.Text("h1"))
		}
		for _, path := range []string{"/settings/mail/templates/none/en", "/settings/mail/templates/none/en/preview", "/settings/mail/log/none", "/settings/mail/log/" + v.VendorID} {
			if p := b.Get(t, path); p.Status != 404 {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
	})
}

// The log: what was sent, what was refused, and sending it again.
func TestMailLogPages(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		b := m.SignIn(t, m.Vendor)
		if p := b.Get(t, "/settings/mail/log"); p.Status != 200 || !strings.Contains(p.Text(".app-empty"), "No mail yet") || strings.Contains(p.Text("main"), "--smtp") ||
			!strings.Contains(p.Text(".app-head"), "licences@example.com") {
			t.Errorf("the empty log: %d %s", p.Status, p.Text("main"))
		}
		b.Post(t, "/settings/mail/templates/goodwill/en/test", nil)
		if got := m.Box.Await(t).Header.Get("Subject"); !strings.HasPrefix(got, "Test: ") {
			t.Errorf("the test says %q", got)
		}
		servertest.Shows(t, b, "/settings/mail/log?state=sent&kind=test&to=OWNER", func(p *servertest.Page) bool { return p.Find("tbody tr").Length() == 1 })
		if p := b.Get(t, "/settings/mail/log?to=kirk"); !strings.Contains(p.Text(".app-empty"), "Nothing matches") {
			t.Errorf("filtered: %s", p.Text("main"))
		}
		if p := b.Get(t, "/settings/mail/log?state=lost&license=x"); !strings.Contains(p.Text(".alert"), "State must be chosen") || !strings.Contains(p.Text(".alert"), "Licence must be") {
			t.Errorf("wrong filters: %d %s", p.Status, p.Text("main"))
		}
		one := strings.TrimPrefix(b.Get(t, "/settings/mail/log").Find("tbody a").AttrOr("href", ""), b.Base)
		if p := b.Post(t, one+"/resend", nil); p.Path != one || !strings.Contains(p.Text("#flash"), "sent again") {
			t.Errorf("sent again: %s %s", p.Path, p.Text("#flash"))
		}
		m.Box.Await(t)
		// A subject that a spreadsheet would run as a formula.
		b.Fill(t, "/settings/mail/templates/test/en", url.Values{"subject": {"=HYPERLINK(1)"}, "text": {"x"}, "html": {"x"}})
		m.API(t, 204, "POST", "/mails/test", `{"to":"owner@example.com"}`)
		m.Box.Await(t)
		if p := b.Get(t, "/settings/mail/log?format=csv"); p.Status != 200 || strings.Contains(p.Body, "\n=") || strings.Contains(p.Body, "\"=") || !strings.Contains(p.Body, "'=HYPERLINK(1)") {
			t.Errorf("the CSV: %d %s", p.Status, p.Body)
		}
	})
}
