package catalog_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleArchivesAndDeletes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, _ := s.Issue(t, s.Pro, nil)
		edition := "/editions/" + s.Pro
		servertest.Says(t, s.Get(t, edition+"/delete"), "main", "Delete", "Archive it instead")
		if p := s.Post(t, edition+"/delete", nil); p.Status != 409 || !strings.Contains(p.Text("main"), "it has 1 licence") {
			t.Errorf("an edition with a licence: %d %s", p.Status, p.Text("main"))
		}
		servertest.Says(t, s.Post(t, edition+"/archive", nil), "main", "is archived", "Archived")
		servertest.Says(t, s.Get(t, "/products/"+s.Product+"?state=archived"), "tbody", "Pro", "Archived")
		if p := s.Get(t, "/licenses/new"); p.Find("select[name=edition_id] option[value='"+s.Pro+"']").Length() != 0 {
			t.Error("an archived edition is offered")
		}
		servertest.Says(t, s.Post(t, edition+"/restore", nil), "main", "is sold again")
		servertest.Says(t, s.Post(t, "/licenses/"+id+"/delete", nil), "main", "The licence was deleted.")
		servertest.Says(t, s.Post(t, edition+"/delete", nil), "main", "was deleted.")
		customer := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Mistake"}, "id")
		servertest.Says(t, s.Post(t, "/customers/"+customer+"/delete", nil), "main", "The customer Mistake was deleted.")
		if p := s.Get(t, "/customers/"+customer); p.Status != 404 {
			t.Errorf("a deleted customer: %d", p.Status)
		}
	})
}
