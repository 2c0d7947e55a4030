package licenses_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleReplacesAKey(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Edition, servertest.Fields{"licensee_email": "ann@example.com", "legacy_license_key": "OLD-7"})
		s.Activate(t, key, "machine-1", "host-1")
		path := "/licenses/" + id + "/new-key"
		servertest.Says(t, s.Get(t, path), "main", "Replace the key", "OLD-7", "1 device in use", "ann@example.com", "They go on", "They are released")
		servertest.Refuses(t, s.Post(t, path, url.Values{"devices": {"x"}}), "devices", "must be chosen")
		kept := s.Post(t, path, url.Values{"devices": {"keep"}, "mail": {"on"}})
		servertest.Says(t, kept, "main", "The licence has a new key.", "A new license key for")
		if strings.Contains(kept.Body, key) || len(s.Clients(t, id)) != 1 {
			t.Errorf("the page shows the old key, or %v have it", s.Clients(t, id))
		}
		servertest.Says(t, s.Post(t, path, url.Values{"devices": {"release"}}), "main", "The licence has a new key. 1 device was released.")
		if all := s.Clients(t, id); len(all) != 0 {
			t.Errorf("%v have it", all)
		}
	})
}
