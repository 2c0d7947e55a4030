package server_test

import (
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// TestFindingTheVendor: the server's bare address leads people to where they sign in.
func TestFindingTheVendor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		nobody := s.Browser(t, wiring.NewVendor{}).Follow(t, s.Program.URL()+"/console/")
		if nobody.Find("#vendor").Length() != 0 || !strings.Contains(nobody.Text("main"), "chancery vendor create") {
			t.Errorf("with none: %d %s", nobody.Status, nobody.Text("main"))
		}
		v := s.Vendor(t, "Acme")
		b := s.Browser(t, v)
		if p := b.Follow(t, s.Program.URL()+"/console/"); p.Path != "/sign-in" {
			t.Errorf("with one vendor it leads to %s", p.Path)
		}
		s.Vendor(t, "Bolt")
		if p := b.Follow(t, s.Program.URL()+"/console/"); p.Status != 200 || p.Find("#vendor").Length() != 1 {
			t.Errorf("with two: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Follow(t, s.Program.URL()+"/console/?vendor=Acme"); p.Path != "/sign-in" {
			t.Errorf("named: %s", p.Path)
		}
		if p := b.Follow(t, s.Program.URL()+"/console/?vendor=nobody"); p.Status != 404 || !strings.Contains(p.Text(".alert"), "no “nobody”") {
			t.Errorf("unknown: %d %s", p.Status, p.Text("main"))
		}
		for accept, want := range map[string]int{"text/html,*/*": http.StatusSeeOther, "application/json": http.StatusNotFound} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Program.URL()+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", accept)
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("/ as %s: %d to %s", accept, res.StatusCode, res.Header.Get("Location"))
			}
		}
	})
}

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
