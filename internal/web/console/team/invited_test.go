package team_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/pquerna/otp/totp"

	"chancery/internal/server/servertest"
)

const newPassword = "violet harbour nineteen"

// TestInvited: somebody is invited, joins, sets up an app, signs in with it, and
// can't give more than they have.
func TestInvited(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		owner := s.SignIn(t, v)
		if p := owner.Post(t, "/settings/team/invite", url.Values{"email": {"not one"}, "role": {"admin"}}); p.Status != 400 || p.Find("#email-error").Length() != 1 {
			t.Errorf("a wrong address: %d %s", p.Status, p.Text("main"))
		}
		made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "name": {"Bob"}, "role": {"admin"}})
		link := strings.TrimPrefix(made.Find("[data-copy]").AttrOr("data-copy", ""), owner.URL+owner.Base)
		if !strings.HasPrefix(link, "/reset?token=chl_") {
			t.Fatalf("no link: %d %s", made.Status, made.Text("main"))
		}
		team := owner.Get(t, "/settings/team")
		if !strings.Contains(team.Text("#rows"), "bob@example.com") || !strings.Contains(team.Text("#rows"), "Invited") {
			t.Errorf("the team: %s", team.Text("#rows"))
		}

		bob := s.Browser(t, v)
		if p := bob.Get(t, link); !strings.Contains(p.Text("main"), "bob@example.com") {
			t.Fatalf("the link shows %s", p.Text("main"))
		}
		token := strings.TrimPrefix(link, "/reset?token=")
		if p := bob.Post(t, "/reset", url.Values{"token": {token}, "password": {"password123"}}); p.Status != 400 || p.Find("#password-error").Length() != 1 {
			t.Errorf("a common password: %d", p.Status)
		}
		if p := bob.Post(t, "/reset", url.Values{"token": {token}, "password": {newPassword}}); p.Path != "/sign-in" {
			t.Fatalf("joined: %d %s", p.Status, p.Path)
		}
		if p := bob.Get(t, link); !strings.Contains(p.Text("main"), "has been used") {
			t.Errorf("a used link shows %s", p.Text("main"))
		}
		in := url.Values{"email": {"bob@example.com"}, "password": {newPassword}, "next": {"/account"}}
		if p := bob.Post(t, "/sign-in", in); p.Path != "/account" || !strings.Contains(p.Text("main"), "This one") {
			t.Fatalf("signed in: %s %s", p.Path, p.Text("main"))
		}
		// What is not theirs to give is not offered, and refused.
		if p := bob.Get(t, "/settings/team/invite"); p.Find("input[value=owner]").Length() != 0 || p.Find("input[value=admin]").Length() != 1 {
			t.Error("an admin is offered to make owners")
		}
		if p := bob.Post(t, "/settings/team/invite", url.Values{"email": {"eve@example.com"}, "role": {"owner"}}); p.Status != 403 {
			t.Errorf("an admin makes an owner: %d", p.Status)
		}

		// The authenticator app.
		setup := bob.Post(t, "/account/app", nil)
		if setup.Find("svg.app-qr path").AttrOr("d", "") == "" {
			t.Fatalf("no QR code: %d %s", setup.Status, setup.Text("main"))
		}
		secret := strings.ReplaceAll(setup.Find(".app-lead .app-mono").Text(), " ", "")
		code, err := totp.GenerateCode(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if p := bob.Post(t, "/account/app/confirm", url.Values{"code": {"12"}}); p.Status != 400 {
			t.Errorf("a wrong code: %d", p.Status)
		}
		codes := bob.Post(t, "/account/app/confirm", url.Values{"code": {code}})
		if codes.Find(".app-codes li").Length() != 10 {
			t.Fatalf("codes: %d %s", codes.Status, codes.Text("main"))
		}
		bob.Post(t, "/sign-out", nil)
		due := bob.Post(t, "/sign-in", in)
		if due.Path != "/second-factor?next=%2Faccount" {
			t.Fatalf("a second factor is not asked for: %s", due.Path)
		}
		if p := bob.Get(t, "/account"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("half signed in, the account is at %s", p.Path)
		}
		if p := bob.Post(t, "/second-factor", url.Values{"code": {"000000"}}); p.Status != 400 {
			t.Errorf("a wrong code: %d", p.Status)
		}
		first := codes.Find(".app-codes li").First().Text()
		if p := bob.Post(t, "/second-factor", url.Values{"code": {strings.ToLower(first)}, "next": {"/account"}}); p.Path != "/account" || !strings.Contains(p.Text("main"), "9 recovery codes") {
			t.Errorf("with a recovery code: %s %s", p.Path, p.Text("main"))
		}
		if p := bob.Post(t, "/account/password", url.Values{"present": {newPassword}, "password": {newPassword + " x"}}); p.Path != "/account" {
			t.Errorf("a new password: %d %s", p.Status, p.Text("main"))
		}
		if p := bob.Fill(t, "/account/name", url.Values{"name": {"Robert"}}); p.Path != "/account" || !strings.Contains(p.Text("main"), "Robert") {
			t.Errorf("a new name: %d %s", p.Status, p.Text("main"))
		}
		if p := bob.Post(t, "/account/app/remove", url.Values{"code": {codes.Find(".app-codes li").Last().Text()}}); p.Path != "/account" {
			t.Errorf("without the app: %d %s", p.Status, p.Text("main"))
		}

		// Disabled, at once.
		page := owner.Get(t, "/settings/team").Find("#rows a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == "Robert" })
		at := strings.TrimPrefix(page.AttrOr("href", ""), owner.Base)
		if p := owner.Post(t, at+"/disable", nil); !strings.Contains(p.Text("main"), "can't sign in any more") {
			t.Errorf("disabled: %d %s", p.Status, p.Text("main"))
		}
		if p := bob.Get(t, "/account"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("disabled, the account is at %s", p.Path)
		}
		if p := owner.Post(t, at+"/remove", nil); p.Path != "/settings/team" || strings.Contains(p.Text("#rows"), "Robert") {
			t.Errorf("removed: %d %s", p.Status, p.Text("main"))
		}
	})
}
