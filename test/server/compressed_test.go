package server_test

import (
	"net/http"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Every answer that may be sent compressed, with all that a vendor has: no key stands in
// it, whole or its last half, and programs' own calls are never among them.
func TestNothingCompressedHoldsAKey(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Engines()["sqlite"](t))
	a := furnish(t, s)
	session := visitor(t, s, a.acme.NewVendor)
	walked := map[string]int{}
	for _, route := range s.Program.Routes() {
		if !route.Compress {
			continue
		}
		walked[route.Surface.Name]++
		path := a.page(route, a.acme.Slug)
		noun, _, below := strings.Cut(strings.TrimPrefix(route.Path, "/api/v1/"), "/{id}")
		if below {
			path = strings.Replace(route.Path, "{id}", a.ids[noun], 1)
		}
		for _, ask := range []string{path, path + "?format=csv", path + "?q=drill"} {
			got := a.acme.Do(t, http.MethodGet, ask, nil, "Authorization", "Bearer "+a.acme.AdminKey, "Cookie", session[0].String())
			if got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden {
				t.Errorf("GET %s: %d, so it was not looked at", ask, got.Status)
			}
			for _, key := range []string{"license_key", "token_key", "floating_key"} {
				if whole := a.ids[key]; strings.Contains(string(got.Body), whole[len(whole)/2:]) {
					t.Errorf("GET %s: a %s is in an answer that may be compressed", ask, key)
				}
			}
		}
	}
	if walked["console"] == 0 || walked["manage"] == 0 || walked["slascone"] > 0 {
		t.Errorf("compressed are %v", walked)
	}
}
