package server_test

import (
	"testing"

	"chancery/internal/server/servertest"
)

// A licence that was issued without an address is mailed to the customer who has it now,
// at the address that this customer has now.
func TestTheKeyIsMailedToWhoHasTheLicence(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, _ := m.Issue(t, `"token_limit":1`)
		m.Box.Await(t) // to the first customer
		other := m.API(t, 201, "POST", "/customers", `{"company_name":"Lind","email":"lind@example.com"}`)["id"].(string)
		sent := func(when, want string) {
			t.Helper()
			m.API(t, 204, "POST", "/licenses/"+id+"/mail", nil)
			if got := m.Box.Await(t).Header.Get("To"); got != "<"+want+">" {
				t.Errorf("%s: to %q, not to %q", when, got, want)
			}
		}
		m.API(t, 200, "PATCH", "/licenses/"+id, `{"customer_id":"`+other+`"}`)
		sent("handed over", "lind@example.com")
		m.API(t, 200, "PATCH", "/customers/"+other, `{"email":"office@lind.example"}`)
		sent("the customer has another address", "office@lind.example")
	})
}
