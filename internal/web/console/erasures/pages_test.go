package erasures_test

import (
	"net/url"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleErasesPersonalData(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Edition, servertest.Fields{"licensee_email": "ann@example.com"})
		s.Activate(t, key, "machine-1", "host-1")
		servertest.Says(t, s.Get(t, "/erasures"), "main", "Nobody was erased", "Erase a licensee")
		servertest.Says(t, s.Get(t, "/erasures/new?customer="+s.Customer), "main", "Kirk AG", "Goes", "Stays", "Out of reach")
		form := url.Values{"customer": {s.Customer}}
		servertest.Refuses(t, s.Post(t, "/erasures/new", form), "sure", "must be ticked")
		form.Set("sure", "on")
		if p := s.Post(t, "/erasures/new", form); p.Status != 409 {
			t.Errorf("with a device in use: %d %s", p.Status, p.Text("main"))
		}
		s.Post(t, "/licenses/"+id+"/release-all", nil)
		servertest.Says(t, s.Post(t, "/erasures/new", form), "main", "is being erased", "A customer's")
		if p := s.Get(t, "/erasures/new?customer=nonsense"); p.Status != 404 {
			t.Errorf("an unknown customer: %d", p.Status)
		}
		servertest.Refuses(t, s.Post(t, "/erasures/new", url.Values{"licensee_email": {"nobody"}, "sure": {"on"}}), "licensee_email", "must be one e-mail address")
	})
}
