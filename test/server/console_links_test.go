package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
)

// Nobody is led to what they may not open: what a role does not allow is not shown.
// Each role has all permissions but one, or is a built-in one.
func TestNoLinkLeadsToARefusal(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	a := furnish(t, s)
	over := a.acme.issue(t, terms{"token_limit": 1, "goodwill_token_limit": 1, "expires_at": time.Now().Add(72 * time.Hour)})
	for _, client := range []string{"over-1", "over-2", "over-3"} { // regular, on goodwill, refused
		a.acme.call(t, "/activations", a.acme.activation(over.Key, client))
	}
	owner := s.SignIn(t, a.acme.NewVendor)
	roles := map[string][]identity.Permission{}
	for _, role := range identity.BuiltInRoles() {
		roles["like-"+role.Key] = slices.DeleteFunc(slices.Clone(role.Permissions), func(p identity.Permission) bool { return !slices.Contains(staffMay(), p) })
	}
	for _, lacks := range staffMay() {
		roles["without-"+string(lacks)] = slices.DeleteFunc(staffMay(), func(p identity.Permission) bool { return p == lacks })
	}
	for name, may := range roles {
		v := a.acme.NewVendor
		member(t, s, owner, v, name, may...)
		b := s.Browser(t, v)
		b.Post(t, "/sign-in", url.Values{"email": {name + "@example.com"}, "password": {"a long word of " + name}})
		pages := crawl(t, b, func(path string, p *servertest.Page) {
			if p.Status == http.StatusForbidden && path != "/" && path != "/licenses" { // where the crawl begins
				t.Errorf("%s is led to %s: %s", name, path, p.Text("main"))
			}
		})
		if pages < 10 {
			t.Errorf("%s was led to %d pages only", name, pages)
		}
	}
}
