package entrance_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// TestProvider: a provider is set up, tried and switched on; the owner signs in
// with it, and somebody who is invited joins with it.
func TestProvider(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		p, owner := s.Connected(t, v, "only")
		if body := owner.Get(t, "/settings/sign-in/edit").Body; strings.Contains(body, "s3cret") {
			t.Error("the secret is shown")
		}
		b := s.Browser(t, v)
		button := b.Get(t, "/sign-in?next=%2Faccount").Find(".app-ways a").AttrOr("href", "")
		if page := b.Get(t, strings.TrimPrefix(button, b.Base)); page.Path != "/account" || !strings.Contains(page.Text("main"), v.OwnerEmail) {
			t.Fatalf("signed in: %d %s %s", page.Status, page.Path, page.Text("main"))
		}
		if q := p.Asked(); q.Get("code_challenge_method") != "S256" || len(q.Get("nonce")) < 40 || len(q.Get("state")) < 40 || q.Get("scope") != "openid email profile" {
			t.Errorf("asked for %v", q)
		}
		if page := b.Get(t, "/sign-in/provider/back?code=x&state="+p.Asked().Get("state")); page.Status != 422 || !strings.Contains(page.Text("main"), "finished already") {
			t.Errorf("the same state again: %d %s", page.Status, page.Text("main"))
		}

		made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "name": {"Bob"}, "role": {"admin"}})
		link := strings.TrimPrefix(made.Find("[data-copy]").AttrOr("data-copy", ""), owner.URL+owner.Base)
		p.As("bob", "bob@example.com", nil)
		bob := s.Browser(t, v)
		if page := bob.Get(t, "/sign-in/provider"); page.Status != 403 || !strings.Contains(page.Text("main"), "no account here") {
			t.Errorf("an address alone signs in: %d %s", page.Status, page.Text("main"))
		}
		join := bob.Get(t, link).Find("a[href*='invitation=']").AttrOr("href", "")
		p.As("bob", "robert@elsewhere.example", nil) // the invitation counts, not the address
		if page := bob.Get(t, strings.TrimPrefix(join, bob.Base)); strings.HasPrefix(page.Path, "/sign-in") || page.Status == 403 {
			t.Fatalf("joined: %d %s %s", page.Status, page.Path, page.Text("main"))
		}
		if page := bob.Get(t, "/account"); !strings.Contains(page.Text("main"), "bob@example.com") || !strings.Contains(page.Text("main"), "as robert@elsewhere.example") {
			t.Errorf("the account: %s", page.Text("main"))
		}
		if page := bob.Post(t, "/account/provider/disconnect", nil); page.Status != 409 {
			t.Errorf("the only way in goes: %d", page.Status)
		}
		p.As("eve", "eve@example.com", nil)
		if page := s.Browser(t, v).Get(t, strings.TrimPrefix(join, bob.Base)); page.Status != 404 {
			t.Errorf("an invitation twice: %d %s", page.Status, page.Text("main"))
		}

		// Passwords are over for the team, and stay for owners.
		cleared := owner.Post(t, "/settings/team/invite", url.Values{"email": {"carl@example.com"}, "name": {"Carl"}, "role": {"admin"}})
		token := strings.TrimPrefix(strings.TrimPrefix(cleared.Find("[data-copy]").AttrOr("data-copy", ""), owner.URL+owner.Base), "/reset?token=")
		carl := s.Browser(t, v)
		carl.Post(t, "/reset", url.Values{"token": {token}, "password": {newPassword}})
		if page := carl.Post(t, "/sign-in", url.Values{"email": {"carl@example.com"}, "password": {newPassword}}); page.Status != 400 || !strings.Contains(page.Text("main"), "signs in with Acme ID") {
			t.Errorf("a password of the team: %d %s", page.Status, page.Text("main"))
		}
		s.SignIn(t, v)
	}, servertest.AllowLoopback)
}

// A browser may be on its way to the provider in several tabs: each sign-in stands by its
// own state, and a state that is nobody's takes nothing away.
func TestSeveralSignInsAtOnce(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		p, owner := s.Connected(t, v, "any")
		b := s.Browser(t, v)
		ways := make([]string, 3) // of the tabs, up to the provider's answer
		for i := range ways {
			way := b.Away(t, "/sign-in/provider?next=%2Faccount")
			ways[i] = b.Away(t, way)
		}
		for _, state := range []string{"nonsense", "", p.Asked().Get("state") + "x"} {
			if page := b.Get(t, "/sign-in/provider/back?code=x&state="+state); page.Status != 422 {
				t.Errorf("the state %q: %d", state, page.Status)
			}
		}
		for i, way := range ways {
			if page := b.Follow(t, way); page.Status != 200 || page.Path != "/account" || !strings.Contains(page.Text("main"), v.OwnerEmail) {
				t.Errorf("tab %d: %d at %s: %s", i, page.Status, page.Path, page.Text("main"))
			}
			if page := b.Follow(t, way); page.Status != 422 {
				t.Errorf("tab %d, once more: %d", i, page.Status)
			}
		}
		// Of one's own account, too.
		leave := owner.Post(t, "/account/provider/connect", url.Values{"next": {"/settings/sign-in"}}).Find("main .btn-primary").AttrOr("href", "")
		other := owner.Post(t, "/account/provider/connect", url.Values{"next": {"/account"}}).Find("main .btn-primary").AttrOr("href", "")
		for address, want := range map[string]string{leave: "/settings/sign-in", other: "/account"} {
			if page := owner.Follow(t, address); page.Status != 200 || page.Path != want {
				t.Errorf("connected: %d at %s, not %s", page.Status, page.Path, want)
			}
		}
		// However many are begun, a browser keeps the last few.
		for range 12 {
			b.Away(t, "/sign-in/provider")
		}
		if n := b.Cookies(t, "chancery_provider_"); n != 4 {
			t.Errorf("the browser keeps %d", n)
		}
	}, servertest.AllowLoopback)
}

// TestProviderAttacks: what must not sign anybody in.
func TestProviderAttacks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		p, owner := s.Connected(t, v, "any")
		for name, c := range map[string]struct {
			change func(claims map[string]any)
			want   string
		}{
			"the nonce of another sign-in": {func(c map[string]any) { c["nonce"] = "x" }, "of another sign-in"},
			"no nonce":                     {func(c map[string]any) { delete(c, "nonce") }, "of another sign-in"},
			"another issuer":               {func(c map[string]any) { c["iss"] = "https://evil.example" }, "not valid"},
			"another audience":             {func(c map[string]any) { c["aud"] = "another" }, "not valid"},
			"an old token":                 {func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, "not valid"},
			"the owner's address":          {func(c map[string]any) { c["sub"] = "eve" }, "no account here"},
			"no subject":                   {func(c map[string]any) { c["sub"] = "" }, "not valid"},
		} {
			p.As("boss", v.OwnerEmail, c.change)
			b := s.Browser(t, v)
			if page := b.Get(t, "/sign-in/provider"); page.Status < 400 || !strings.Contains(page.Text("main"), c.want) {
				t.Errorf("%s: %d %s", name, page.Status, page.Text("main"))
			}
			if page := b.Get(t, "/account"); !strings.HasPrefix(page.Path, "/sign-in") {
				t.Errorf("%s signed in", name)
			}
		}
		// The provider is switched off while somebody is on the way.
		p.As("boss", v.OwnerEmail, func(map[string]any) { owner.Post(t, "/settings/sign-in/off", nil) })
		late := s.Browser(t, v)
		if page := late.Get(t, "/sign-in/provider"); page.Status != 409 || !strings.Contains(page.Text("main"), "Nobody signs in with a provider") {
			t.Errorf("switched off meanwhile: %d at %s", page.Status, page.Path)
		}
		owner.Post(t, "/settings/sign-in/on", nil)
		p.As("boss", v.OwnerEmail, nil)

		// A code and a state that another browser was sent back with.
		victim := s.Browser(t, v)
		if page := victim.Get(t, "/sign-in/provider/back?code=x&state=y"); page.Status != 422 {
			t.Errorf("a return without a beginning: %d", page.Status)
		}
		for _, next := range []string{"//evil.example", "https://evil.example/", "/\\evil.example"} {
			b := s.Browser(t, v)
			if page := b.Get(t, "/sign-in/provider?next="+url.QueryEscape(next)); page.Path != "/" {
				t.Errorf("next=%s leads to %s", next, page.Path)
			}
		}
		b := s.Browser(t, v)
		if page := b.Get(t, "/sign-in/provider/back?error=access_denied"); page.Status != 422 {
			t.Errorf("refused there: %d", page.Status)
		}
	}, servertest.AllowLoopback)
}
