package browser_test

import (
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// furnish gives the vendor one of everything, through the management API.
func furnish(t *testing.T, s *servertest.Server, v wiring.NewVendor) {
	t.Helper()
	post := func(path string, body map[string]any) string {
		t.Helper()
		a := s.Do(t, "POST", "/api/v1"+path, body, "Authorization", "Bearer "+v.AdminKey)
		if a.Status != 201 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		var made struct {
			ID         string `json:"id"`
			LicenseKey string `json:"license_key"`
		}
		a.JSON(t, &made)
		if made.LicenseKey != "" {
			return made.LicenseKey
		}
		return made.ID
	}
	product := post("/products", map[string]any{"name": "Sample product"})
	edition := post("/editions", map[string]any{
		"product_id": product, "name": "Standard", "token_limit": 2, "goodwill_token_limit": 1,
		"features": []map[string]any{{"name": "Reports"}}, "limitations": []map[string]any{{"name": "Pages", "limit": 1000, "reset": "month"}},
		"variables": []map[string]any{{"name": "Region"}},
	})
	team := post("/editions", map[string]any{"product_id": product, "name": "Team", "provisioning_mode": "floating", "floating_token_limit": 2})
	customer := post("/customers", map[string]any{"company_name": "Sample customer", "customer_number": "C-1", "email": "customer@example.com"})
	if a := s.Do(t, "PATCH", "/api/v1/customers/"+customer, map[string]any{"email": "office@example.com"}, "Authorization", "Bearer "+v.AdminKey); a.Status != 200 {
		t.Fatalf("change the customer: %d %s", a.Status, a.Body)
	}
	post("/customers", map[string]any{"company_name": "Sample branch", "superior_id": customer})
	key := post("/licenses", map[string]any{"edition_id": edition, "customer_id": customer, "name": "Sample licence"})
	floating := post("/licenses", map[string]any{"edition_id": team, "customer_id": customer})
	call := func(path string, body map[string]any) {
		t.Helper()
		a := s.Do(t, "POST", "/api/v2/isv/"+v.VendorID+path, body, "ProvisioningKey", v.ProvisioningKey)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	for _, client := range []string{"sample-1", "sample-2", "sample-3"} {
		call("/provisioning/activations", map[string]any{
			"product_id": product, "license_key": key, "client_id": client, "client_name": client, "software_version": "1.4.2",
			"hostname": client + ".example.com", "operating_system": "Linux",
		})
		call("/provisioning/heartbeats", map[string]any{"product_id": product, "client_id": client, "software_version": "1.4.2", "operating_system": "Linux"})
	}
	call("/provisioning/session/open", map[string]any{"license_id": floating, "client_id": "sample-4"})
	if a := s.Do(t, "POST", "/api/v2/isv/"+v.VendorID+"/provisioning/activations", map[string]any{
		"product_id": product, "license_key": key, "client_id": "sample-5",
	}, "ProvisioningKey", v.ProvisioningKey); a.Status != 409 {
		t.Fatalf("a client too many: %d", a.Status)
	}
	s.Do(t, "POST", "/api/v1/subscriptions", map[string]any{"kind": "webhook", "target": "https://hooks.example.com/x", "events": []string{"license.issued"}},
		"Authorization", "Bearer "+v.AdminKey)
}
