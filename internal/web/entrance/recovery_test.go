package entrance_test

import (
	"io"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

const newPassword = "violet harbour nineteen"

var mailedLink = regexp.MustCompile(`http://licences\.example\.com/console/acme/reset\?token=(chl_[\w-]+)`)

// TestRecoveryByMail: a link goes through the queue of mails to a mail server, and
// sets the password that then signs in.
func TestRecoveryByMail(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := servertest.NewMailbox(t)
			s := servertest.Start(t, storage(t), box.Config, func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "licences.example.com"} })
			v := s.Vendor(t, "Acme")
			b := s.Browser(t, v)
			if p := b.Post(t, "/forgot", url.Values{"email": {v.OwnerEmail}}); p.Status != 200 || !strings.Contains(p.Text("main"), "on its way") {
				t.Fatalf("asked: %d %s", p.Status, p.Text("main"))
			}
			text, err := io.ReadAll(quotedprintable.NewReader(box.Await(t).Body))
			if err != nil {
				t.Fatal(err)
			}
			found := mailedLink.FindSubmatch(text)
			if found == nil {
				t.Fatalf("no link in\n%s", text)
			}
			token := string(found[1])
			if p := b.Get(t, "/reset?token="+token); p.Status != 200 || !strings.Contains(p.Text("main"), v.OwnerEmail) {
				t.Fatalf("the link: %d %s", p.Status, p.Text("main"))
			}
			if p := b.Post(t, "/reset", url.Values{"token": {token}, "password": {newPassword}}); !strings.Contains(p.Text("main"), "The password is set") {
				t.Fatalf("set: %d %s", p.Status, p.Text("main"))
			}
			if p := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}}); p.Status != 400 {
				t.Errorf("the old password: %d", p.Status)
			}
			if p := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {newPassword}}); strings.HasPrefix(p.Path, "/sign-in") || p.Path == "/second-factor" {
				t.Errorf("the new password: %d %s", p.Status, p.Text("main"))
			}
			if p := b.Get(t, "/reset?token="+token); !strings.Contains(p.Text("main"), "has been used") {
				t.Errorf("the link again: %s", p.Text("main"))
			}
		})
	}
}

// TestForgot: the answer is the same for everybody, and mails nobody's link here.
func TestForgot(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b := s.Browser(t, v)
	known := b.Post(t, "/forgot", url.Values{"email": {v.OwnerEmail}})
	unknown := b.Post(t, "/forgot", url.Values{"email": {"nobody@example.com"}})
	if known.Path != "/sign-in" || known.Text("main") != unknown.Text("main") {
		t.Errorf("known %s, unknown %s", known.Text("main"), unknown.Text("main"))
	}
	if p := b.Get(t, "/reset?token=chl_guess"); !strings.Contains(p.Text("main"), "has been used, has run out") {
		t.Errorf("a guessed link shows %s", p.Text("main"))
	}
}
