package server_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

const chosen = "violet harbour nineteen"

// From the licence's mail to the first look at it: the person has no password, recovers
// one by the links and buttons that the page names, and signs in with the address that
// the mail went to.
func TestFromTheLicenceMailToTheDashboard(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		_, key := m.Issue(t, `"token_limit":5`)
		issued := m.Box.Read(t)
		for _, want := range []string{"Product ID", m.Product, "License key", key, "Licensing dashboard", "https://licences.example.com/portal/acme/"} {
			if !strings.Contains(issued.Text, want) || !strings.Contains(issued.HTML, want) {
				t.Errorf("the licence's mail lacks %q in text or HTML:\n%s\n%s", want, issued.Text, issued.HTML)
			}
		}
		link := issued.Link(t, "/portal/acme/")
		b := m.Browser(t, m.Vendor).At("portal")
		p := b.Get(t, strings.TrimPrefix(link, b.Base))
		if !strings.HasPrefix(p.Path, "/sign-in") {
			t.Fatalf("the link leads to %s", p.Path)
		}
		p = b.Click(t, p, "Forgot password")
		if p = b.Press(t, p, "Recover password", url.Values{"email": {strings.ToUpper(issued.To)}}); !strings.Contains(p.Text("main"), "on its way") {
			t.Fatalf("asked: %s", p.Text("main"))
		}
		mail := m.Box.Read(t)
		if mail.To != issued.To {
			t.Errorf("the link went to %s", mail.To)
		}
		p = b.Get(t, strings.TrimPrefix(mail.Link(t, "/portal/acme/reset?token="), b.Base))
		p = b.Press(t, p, "Reset password", url.Values{"password": {chosen}})
		p = b.Press(t, p, "Sign in", url.Values{"email": {issued.To}, "password": {chosen}})
		if p.Status != 200 || p.Path != "/" || !strings.Contains(p.Text("main"), "Pro") || !strings.Contains(p.Text("main"), "0 of 5") {
			t.Errorf("the overview: %d at %s: %s", p.Status, p.Path, p.Text("main"))
		}

		// The console is for others: it says so to who has the right password, and to nobody else.
		console := m.Browser(t, m.Vendor)
		p = console.Post(t, "/sign-in", url.Values{"email": {issued.To}, "password": {chosen}})
		servertest.Refuses(t, p, "", "The console is for the vendor's staff")
		if to := p.Find(`a[href="/portal/acme/sign-in"]`).Text(); to != "Licensing dashboard" {
			t.Errorf("the console leads to %q", to)
		}
		wrong := console.Post(t, "/sign-in", url.Values{"email": {issued.To}, "password": {chosen + "!"}})
		nobody := console.Post(t, "/sign-in", url.Values{"email": {"nobody@example.com"}, "password": {chosen}})
		if wrong.Text(".alert") != nobody.Text(".alert") || wrong.Status != nobody.Status {
			t.Errorf("a licensee's wrong password: %s; nobody's: %s", wrong.Text(".alert"), nobody.Text(".alert"))
		}

		// A licensee who asks at the console is led to the portal, staff to where they asked.
		console.Press(t, console.Click(t, console.Get(t, "/sign-in"), "Forgot password"), "Recover password", url.Values{"email": {issued.To}})
		m.Box.Read(t).Link(t, "/portal/acme/reset?token=")
		for _, face := range []string{"console", "portal"} {
			at := console.At(face)
			at.Press(t, at.Get(t, "/forgot"), "Recover password", url.Values{"email": {m.Vendor.OwnerEmail}})
			link := m.Box.Read(t).Link(t, "/"+face+"/acme/reset?token=")
			at.Press(t, at.Get(t, strings.TrimPrefix(link, at.Base)), "Reset password", url.Values{"password": {chosen + face}})
			at.Enter(t, m.Vendor.OwnerEmail, chosen+face)
		}
	})
}
