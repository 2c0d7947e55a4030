package servertest

import (
	"maps"
	"testing"

	"chancery/internal/wiring"
)

// Shop is a vendor that sells, with somebody signed in to its console.
type Shop struct {
	*Browser

	Server *Server
	Vendor wiring.NewVendor

	Product    string // ids, all of them
	Edition    string // of named licences
	Pro        string // the same, with grants that a licence may adjust
	Team       string // of floating licences
	Crew       string // of licences for users
	Customer   string
	Limitation string // of Pro
}

// Fields is a body of JSON.
type Fields map[string]any

// OpenShop makes a vendor with a catalogue and a customer, and signs its owner in.
func OpenShop(t *testing.T, at *Server) *Shop {
	t.Helper()
	s := &Shop{Server: at, Vendor: at.Vendor(t, "Acme")}
	s.Browser = at.SignIn(t, s.Vendor)
	s.Product = s.Manage(t, "POST", "/products", Fields{"name": "Drill", "printed_keys": true}, "id")
	edition := func(name string, more Fields) string {
		body := Fields{"product_id": s.Product, "name": name}
		maps.Copy(body, more)
		return s.Manage(t, "POST", "/editions", body, "id")
	}
	s.Edition = edition("Basic", Fields{"token_limit": 2, "goodwill_token_limit": 1})
	s.Pro = edition("Pro", Fields{
		"token_limit": 3, "features": []Fields{{"name": "export", "is_active": false, "adjustable": true}},
		"limitations": []Fields{{"name": "pages", "limit": 100, "reset": "month", "adjustable": true}},
		"variables":   []Fields{{"name": "region", "value": "eu", "adjustable": true}},
	})
	var pro struct{ Limitations []struct{ ID string } }
	s.Server.Do(t, "GET", "/api/v1/editions/"+s.Pro, nil, "Authorization", "Bearer "+s.Vendor.AdminKey).JSON(t, &pro)
	s.Limitation = pro.Limitations[0].ID
	s.Team = edition("Team", Fields{"provisioning_mode": "floating", "floating_token_limit": 2})
	s.Crew = edition("Crew", Fields{"client_type": "users", "token_limit": 3})
	s.Customer = s.Manage(t, "POST", "/customers", Fields{"company_name": "Kirk AG", "customer_number": "K-1001", "email": "kirk@example.com"}, "id")
	return s
}

// Manage calls the management API, and gives a field of the answer.
func (s *Shop) Manage(t *testing.T, method, path string, body Fields, field string) string {
	t.Helper()
	var in any
	if body != nil {
		in = body
	}
	a := s.Server.Do(t, method, "/api/v1"+path, in, "Authorization", "Bearer "+s.Vendor.AdminKey)
	if a.Status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	if field == "" {
		return ""
	}
	var out map[string]any
	a.JSON(t, &out)
	text, _ := out[field].(string)
	return text
}

// Issue issues a licence by the API.
func (s *Shop) Issue(t *testing.T, edition string, more Fields) (id, key string) {
	t.Helper()
	body := Fields{"edition_id": edition, "customer_id": s.Customer}
	maps.Copy(body, more)
	var l struct {
		ID  string `json:"id"`
		Key string `json:"license_key"`
	}
	a := s.Server.Do(t, "POST", "/api/v1/licenses", body, "Authorization", "Bearer "+s.Vendor.AdminKey)
	if a.Status != 201 {
		t.Fatalf("issue: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &l)
	return l.ID, l.Key
}

// Call calls the clients' surface.
func (s *Shop) Call(t *testing.T, path string, body Fields) {
	t.Helper()
	if a := s.Server.Do(t, "POST", "/api/v2/isv/"+s.Vendor.VendorID+path, body, "ProvisioningKey", s.Vendor.ProvisioningKey); a.Status != 200 {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
}

// Activate activates a client of a licence.
func (s *Shop) Activate(t *testing.T, key, client, host string) {
	t.Helper()
	s.Call(t, "/provisioning/activations", Fields{
		"product_id": s.Product, "license_key": key, "client_id": client, "hostname": host, "software_version": "1.0",
	})
}

// Value reads one field of the management API.
func (s *Shop) Value(t *testing.T, path, field string) string {
	t.Helper()
	var out map[string]any
	s.Server.Do(t, "GET", "/api/v1"+path, nil, "Authorization", "Bearer "+s.Vendor.AdminKey).JSON(t, &out)
	text, _ := out[field].(string)
	return text
}

// Clients are those that a licence's activations are of.
func (s *Shop) Clients(t *testing.T, license string) []string {
	t.Helper()
	var out struct {
		Items []struct {
			ClientID string `json:"client_id"`
		}
	}
	s.Server.Do(t, "GET", "/api/v1/licenses/"+license+"/activations", nil, "Authorization", "Bearer "+s.Vendor.AdminKey).JSON(t, &out)
	all := make([]string, len(out.Items))
	for i, a := range out.Items {
		all[i] = a.ClientID
	}
	return all
}

// As signs somebody of this role in.
func (s *Shop) As(t *testing.T, role string) *Browser {
	t.Helper()
	return s.Server.SignInAs(t, s.Vendor, role)
}
