package people_test

import (
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// People leads an administrator to the customer, with a tab for each where there are
// several, and nobody to a customer that they do not administer.
func TestWhosePeople(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		lind := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Lind"}, "id")
		moss := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Moss"}, "id")
		one := server.AsOwner(t, s.Vendor, "one@example.com", map[string]owners.Role{lind: owners.Administrator, moss: owners.Viewer})
		if p := one.Get(t, "/people"); p.Path != "/people/"+lind {
			t.Errorf("People leads to %s: %s", p.Path, p.Text("main"))
		}
		servertest.Says(t, one.Get(t, "/people/"+lind), "main", "Lind", "one@example.com")
		if p := one.Get(t, "/people/"+moss); p.Status != 404 {
			t.Errorf("a viewer of a customer sees its people: %d", p.Status)
		}
		if p := one.Get(t, "/people/"+s.Customer); p.Status != 404 {
			t.Errorf("a stranger sees a customer's people: %d", p.Status)
		}
		two := server.AsOwner(t, s.Vendor, "two@example.com", map[string]owners.Role{lind: owners.Administrator, moss: owners.Administrator})
		servertest.Says(t, two.Get(t, "/people"), "main", "Lind", "Moss")
		servertest.Says(t, two.Get(t, "/people/"+moss), "main", "Moss", "two@example.com")
		viewer := server.AsOwner(t, s.Vendor, "viewer@example.com", map[string]owners.Role{lind: owners.Viewer})
		if p := viewer.Get(t, "/people"); p.Status != 403 {
			t.Errorf("a viewer opens People: %d", p.Status)
		}
		if n := viewer.Get(t, "/").Find(`a[href$="/people"]`).Length(); n != 0 {
			t.Error("a viewer's navigation leads to People")
		}
	})
}
