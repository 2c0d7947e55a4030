package settings_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// Who changes the vendor's place in addresses stays signed in, and is told so there.
func TestAnotherSlugKeepsOneSignedIn(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	form := servertest.Filled(b.Get(t, "/settings/vendor"))
	form.Set("slug", "acme-tools")
	p := b.Post(t, "/settings/vendor", form)
	if p.Status != 200 || p.Path != "-tools/settings/vendor" || !strings.Contains(p.Text("#flash"), "saved") {
		t.Errorf("%d at %s: %s", p.Status, p.Path, p.Text("main"))
	}
}

// keyKeeper is somebody of a vendor's team who may look after API keys and the team, and nothing else.
func keyKeeper(t *testing.T, s *servertest.Server, v wiring.NewVendor, owner *servertest.Browser) *servertest.Browser {
	t.Helper()
	owner.Post(t, "/settings/roles/new", url.Values{"name": {"Keys"}, "permissions": {"manage_api_keys", "manage_team"}})
	role := owner.Get(t, "/settings/roles").Find("#rows a").Last().AttrOr("href", "")
	made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "role": {role[strings.LastIndex(role, "/")+1:]}})
	_, token, _ := strings.Cut(made.Find("[data-copy]").AttrOr("data-copy", ""), "token=")
	bob := s.Browser(t, v)
	bob.Post(t, "/reset", url.Values{"token": {token}, "password": {"violet harbour nineteen"}})
	bob.Post(t, "/sign-in", url.Values{"email": {"bob@example.com"}, "password": {"violet harbour nineteen"}})
	return bob
}

// Attack: somebody who may only look after API keys stops the back office of who may
// do everything.
func TestAKeyBeyondOnesOwnPermissionsIsNotRevoked(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	owner := s.SignIn(t, v)
	bob := keyKeeper(t, s, v, owner)
	refused := 0
	bob.Get(t, "/settings/api-keys").Find(`#rows a[href$="/revoke"]`).Each(func(_ int, a *goquery.Selection) {
		if p := bob.Post(t, strings.TrimPrefix(a.AttrOr("href", ""), bob.Base), nil); p.Status == 403 {
			refused++
		}
	})
	if rows := owner.Get(t, "/settings/api-keys").Text("#rows"); refused != 2 || strings.Contains(rows, "Revoked") {
		t.Errorf("%d refused: %s", refused, rows)
	}
}

// Attack: the same person makes themselves a key that may do more than they.
func TestAKeyBeyondOnesOwnPermissionsIsNotMade(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	bob := keyKeeper(t, s, v, s.SignIn(t, v))
	ask := func(kind string, permissions ...string) *servertest.Page {
		return bob.Post(t, "/settings/api-keys/new", url.Values{"name": {"Mine"}, "kind": {kind}, "permissions": permissions})
	}
	made := 0
	for _, permission := range identity.AllPermissions() {
		p := ask("admin", string(permission))
		if permission == identity.ManageAPIKeys || permission == identity.ManageTeam {
			if made++; p.Status != 200 || !strings.Contains(p.Text("main"), "The key was created") {
				t.Errorf("%s: %d %s", permission, p.Status, p.Text("main"))
			}
			continue
		}
		if got := p.Text(".app-error"); p.Status != 400 || !strings.Contains(got, "must hold none that you do not have yourself") {
			t.Errorf("%s: %d %q", permission, p.Status, got)
		}
	}
	if p := ask("provisioning"); p.Status != 400 {
		t.Errorf("what programs may do: %d %s", p.Status, p.Text("main"))
	}
	if rows := bob.Get(t, "/settings/api-keys").Text("#rows"); made != 2 || strings.Count(rows, "Mine") != made {
		t.Errorf("%s", rows)
	}
}

// Who makes a provisioning key gets the public key to pin with it.
func TestAProvisioningKeyComesWithItsPin(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	made := s.SignIn(t, v).Post(t, "/settings/api-keys/new", url.Values{"name": {"Desktop 3.0"}, "kind": {"provisioning"}})
	if !strings.Contains(made.Text("main"), v.Ed25519PublicKey) {
		t.Errorf("no key to pin: %s", made.Text("main"))
	}
}
