package licensing_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// The client that an edition activates with each licence is there whichever way
// the licence came, and the edition says so in its form and on its page.
func TestAnEditionActivatesAClientWithEachLicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		form := servertest.Filled(s.Get(t, "/products/"+s.Product+"/editions/new"))
		form.Set("name", "Ready")
		form.Set("activation_on_creation", "customer_number")
		made := s.Post(t, "/products/"+s.Product+"/editions/new", form)
		servertest.Says(t, made, "main", "With each licence a client is activated whose id is the customer's number.")
		edition := strings.TrimPrefix(made.Path, "/editions/")
		if got := s.Value(t, "/editions/"+edition, "activation_on_creation"); got != "customer_number" {
			t.Errorf("the API says %q", got)
		}
		if got := s.Value(t, "/editions/"+s.Pro, "activation_on_creation"); got != "none" {
			t.Errorf("an edition without it says %q", got)
		}

		byAPI, _ := s.Issue(t, edition, nil)
		if got := s.Clients(t, byAPI); !slices.Equal(got, []string{"K-1001"}) {
			t.Errorf("issued by the API: %v", got)
		}
		named, _ := s.Issue(t, edition, servertest.Fields{"activate_client_id": "drill-1"})
		if got := s.Clients(t, named); !slices.Equal(got, []string{"drill-1"}) {
			t.Errorf("named at issue: %v", got)
		}
		issued := s.Post(t, "/licenses/new", url.Values{"edition_id": {edition}, "who": {"new"}, "company_name": {"Lind & Co"}, "email": {"lind@example.com"}, "customer_number": {"K-2"}})
		if got := s.Clients(t, strings.TrimPrefix(issued.Path, "/licenses/")); len(got) != 1 {
			t.Errorf("issued in the console: %v, %s", got, issued.Text("main"))
		}
		b := servertest.Importer{Browser: s.Browser, Server: server}
		done := b.Carry(t, b.Read(t, "licenses", "customer_number,edition,license_name\nK-1001,Ready,From a file\n"), nil)
		servertest.Says(t, done, "main", "Done")
		if got := s.Clients(t, byAPI); len(got) != 0 {
			t.Errorf("the client was not taken over by the imported licence: %v", got)
		}

		changed := servertest.Filled(s.Get(t, "/editions/"+edition+"/edit"))
		changed.Set("activation_on_creation", "customer_email")
		servertest.Says(t, s.Post(t, "/editions/"+edition+"/edit", changed), "main", "the customer's e-mail address")
		silent := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Silent AG"}, "id")
		a := server.Do(t, "POST", "/api/v1/licenses", servertest.Fields{"edition_id": edition, "customer_id": silent, "licensee_email": "ann@example.com"},
			"Authorization", "Bearer "+s.Vendor.AdminKey)
		if a.Status != 409 || !strings.Contains(string(a.Body), "activation_client_missing") {
			t.Errorf("a customer without an address: %d %s", a.Status, a.Body)
		}
		crew := server.Do(t, "PATCH", "/api/v1/editions/"+s.Crew, servertest.Fields{"activation_on_creation": "token_key"}, "Authorization", "Bearer "+s.Vendor.AdminKey)
		if crew.Status != 400 || !strings.Contains(string(crew.Body), "whose clients are devices") {
			t.Errorf("an edition for users: %d %s", crew.Status, crew.Body)
		}
	})
}
