package server_test

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
		s := openShop(t, server)
		form := filled(s.Get(t, "/products/"+s.product+"/editions/new"))
		form.Set("name", "Ready")
		form.Set("activation_on_creation", "customer_number")
		made := s.Post(t, "/products/"+s.product+"/editions/new", form)
		says(t, made, "main", "With each licence a client is activated whose id is the customer's number.")
		edition := strings.TrimPrefix(made.Path, "/editions/")
		if got := s.value(t, "/editions/"+edition, "activation_on_creation"); got != "customer_number" {
			t.Errorf("the API says %q", got)
		}
		if got := s.value(t, "/editions/"+s.pro, "activation_on_creation"); got != "none" {
			t.Errorf("an edition without it says %q", got)
		}

		byAPI, _ := s.issue(t, edition, nil)
		if got := s.clients(t, byAPI); !slices.Equal(got, []string{"K-1001"}) {
			t.Errorf("issued by the API: %v", got)
		}
		named, _ := s.issue(t, edition, fields{"activate_client_id": "drill-1"})
		if got := s.clients(t, named); !slices.Equal(got, []string{"drill-1"}) {
			t.Errorf("named at issue: %v", got)
		}
		issued := s.Post(t, "/licenses/new", url.Values{"edition_id": {edition}, "who": {"new"}, "company_name": {"Lind & Co"}, "email": {"lind@example.com"}, "customer_number": {"K-2"}})
		if got := s.clients(t, strings.TrimPrefix(issued.Path, "/licenses/")); len(got) != 1 {
			t.Errorf("issued in the console: %v, %s", got, issued.Text("main"))
		}
		b := importer{s.Browser, server}
		done := b.carry(t, b.read(t, "licenses", "customer_number,edition,license_name\nK-1001,Ready,From a file\n"), nil)
		says(t, done, "main", "Done")
		if got := s.clients(t, byAPI); len(got) != 0 {
			t.Errorf("the client was not taken over by the imported licence: %v", got)
		}

		changed := filled(s.Get(t, "/editions/"+edition+"/edit"))
		changed.Set("activation_on_creation", "customer_email")
		says(t, s.Post(t, "/editions/"+edition+"/edit", changed), "main", "the customer's e-mail address")
		silent := s.manage(t, "POST", "/customers", fields{"company_name": "Silent AG"}, "id")
		a := server.Do(t, "POST", "/api/v1/licenses", fields{"edition_id": edition, "customer_id": silent, "licensee_email": "ann@example.com"},
			"Authorization", "Bearer "+s.vendor.AdminKey)
		if a.Status != 409 || !strings.Contains(string(a.Body), "activation_client_missing") {
			t.Errorf("a customer without an address: %d %s", a.Status, a.Body)
		}
		crew := server.Do(t, "PATCH", "/api/v1/editions/"+s.crew, fields{"activation_on_creation": "token_key"}, "Authorization", "Bearer "+s.vendor.AdminKey)
		if crew.Status != 400 || !strings.Contains(string(crew.Body), "whose clients are devices") {
			t.Errorf("an edition for users: %d %s", crew.Status, crew.Body)
		}
	})
}

// value reads one field of the management API.
func (s *shop) value(t *testing.T, path, field string) string {
	t.Helper()
	var out map[string]any
	s.server.Do(t, "GET", "/api/v1"+path, nil, "Authorization", "Bearer "+s.vendor.AdminKey).JSON(t, &out)
	text, _ := out[field].(string)
	return text
}

// clients are those that a licence's activations are of.
func (s *shop) clients(t *testing.T, license string) []string {
	t.Helper()
	var out struct {
		Items []struct {
			ClientID string `json:"client_id"`
		}
	}
	s.server.Do(t, "GET", "/api/v1/licenses/"+license+"/activations", nil, "Authorization", "Bearer "+s.vendor.AdminKey).JSON(t, &out)
	all := make([]string, len(out.Items))
	for i, a := range out.Items {
		all[i] = a.ClientID
	}
	return all
}
