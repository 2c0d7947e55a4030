package webhooks_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/outbox"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// Attack: somebody who may set up deliveries, and see nothing, has what happens sent
// to an address of their own, by webhook or by mail, or looks at what was sent to others.
func TestDeliveriesShowNobodyMoreThanTheScreens(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	v := s.Vendor(t, "Acme")
	key := func(secret string, permissions ...identity.Permission) string {
		var made struct{ Secret string }
		a := s.Do(t, "POST", "/api/v1/api-keys", map[string]any{"kind": "admin", "name": "Deliveries", "permissions": permissions}, "Authorization", "Bearer "+secret)
		if a.Status != 201 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		a.JSON(t, &made)
		return made.Secret
	}
	call := func(secret, method, path, body string, want int) (m map[string]any) {
		t.Helper()
		a := s.Do(t, method, "/api/v1/"+path, body, "Authorization", "Bearer "+secret)
		if a.Status != want {
			t.Fatalf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, want)
		}
		if len(a.Body) > 0 {
			a.JSON(t, &m)
		}
		return m
	}
	bob, carol := key(v.AdminKey, identity.ManageDelivery), key(v.AdminKey, identity.ManageDelivery, identity.ViewCustomers)
	subscribe := func(secret, event string, want int) map[string]any {
		t.Helper()
		return call(secret, "POST", "subscriptions", `{"kind":"webhook","target":"https://hooks.example.com/","events":["`+event+`"]}`, want)
	}
	for _, event := range outbox.Catalogue() {
		subscribe(bob, event, 403)
	}
	call(bob, "POST", "subscriptions", `{"kind":"mail","target":"bob@example.com","events":["license.issued"]}`, 403)
	subscribe(carol, "customer.created", 201)
	subscribe(carol, "license.issued", 403)

	one := "subscriptions/" + subscribe(v.AdminKey, "license.issued", 201)["id"].(string)
	for _, secret := range []string{bob, carol} {
		call(secret, "PATCH", one, `{"target":"https://eve.example.com/"}`, 403)
		call(secret, "POST", one+"/rotate-secret", `{}`, 403)
		call(secret, "POST", one+"/test", `{}`, 403)
		call(secret, "POST", one+"/replay", `{"all_dead":true}`, 403)
		call(secret, "DELETE", one, "", 403)
	}
	call(v.AdminKey, "POST", one+"/test", `{}`, 201)

	rule := func(staff string) string {
		return `{"kind":"license_issued","is_on":true,"to_customer":true,"staff":[` + staff + `]}`
	}
	call(bob, "PUT", "mail-rules", rule(`"bob@example.com"`), 403)
	call(bob, "PUT", "mail-rules", rule(""), 200)
	call(v.AdminKey, "PUT", "mail-rules", rule(`"ops@example.com"`), 200)
	product := call(v.AdminKey, "POST", "products", `{"name":"Drill"}`, 201)["id"].(string)
	customer := call(v.AdminKey, "POST", "customers", `{"company_name":"Kirk","email":"kirk@example.com"}`, 201)["id"].(string)
	edition := call(v.AdminKey, "POST", "editions", `{"product_id":"`+product+`","name":"Pro","provisioning_mode":"named","token_limit":1}`, 201)["id"].(string)
	call(v.AdminKey, "POST", "licenses", `{"edition_id":"`+edition+`","customer_id":"`+customer+`","licensee_email":"kirk@example.com"}`, 201)
	// What was sent to others is told to nobody who may not see it.
	reads := func(secret, path, what string, want bool) {
		t.Helper()
		a := s.Do(t, "GET", "/api/v1/"+path, nil, "Authorization", "Bearer "+secret)
		if a.Status != 200 || strings.Contains(string(a.Body), what) != want {
			t.Errorf("%s: %d %s; with %q: want %t", path, a.Status, a.Body, what, want)
		}
	}
	reads(v.AdminKey, one+"/items", "license_id", true)
	reads(bob, one+"/items", "license_id", false)
	reads(carol, one+"/items", "license_id", false)
	reads(bob, one+"/deliveries", "license_id", false)
	license := call(v.AdminKey, "GET", "licenses", "", 200)["items"].([]any)[0].(map[string]any)["license_key"].(string)
	mails := call(bob, "GET", "mails", "", 200)["items"].([]any)
	if len(mails) == 0 {
		t.Fatal("no mail")
	}
	for _, m := range mails {
		path := "mails/" + m.(map[string]any)["id"].(string)
		reads(bob, path, license, false)
		reads(v.AdminKey, path, license, true)
	}
}
