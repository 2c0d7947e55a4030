package servertest

import (
	"fmt"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/wiring"
)

// Trade is a vendor of prepaid device licences: top, mid below it, shop below mid, end
// below shop, and rival beside top.
type Trade struct {
	*Server

	Vendor    wiring.NewVendor
	Customers map[string]string // ids, by name

	calls int
}

// OpenTrade makes such a vendor, with the license code "TR-30" for models "GT06*".
func OpenTrade(t *testing.T, s *Server) *Trade {
	t.Helper()
	d := &Trade{Server: s, Vendor: s.Vendor(t, "Acme"), Customers: map[string]string{}}
	superior := ""
	for _, name := range []string{"top", "mid", "shop", "end", "rival"} {
		body := Fields{"company_name": name, "customer_number": "C-" + name, "email": name + "@example.com"}
		if superior != "" && name != "rival" {
			body["superior_id"] = superior
		}
		var made struct{ ID string }
		d.call(t, 201, "POST", "/customers", body).JSON(t, &made)
		superior, d.Customers[name] = made.ID, made.ID
	}
	d.API(t, 201, "POST", "/license-codes", Fields{
		"code": "TR-30", "name": "Tracker, 30 days", "models": []string{"GT06*"}, "days": 30, "contact": "days@example.com",
	})
	return d
}

// API calls the management API of prepaid licences with the vendor's key.
func (d *Trade) API(t *testing.T, want int, method, path string, body any) Answer {
	t.Helper()
	return d.call(t, want, method, "/prepaid"+path, body)
}

func (d *Trade) call(t *testing.T, want int, method, path string, body any) Answer {
	t.Helper()
	d.calls++
	a := d.Do(t, method, "/api/v1"+path, body, "Authorization", "Bearer "+d.Vendor.AdminKey, "Idempotency-Key", fmt.Sprintf("trade %d", d.calls))
	if a.Status != want {
		t.Fatalf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, want)
	}
	return a
}

// Issue makes cards of TR-30 in the vendor's stock, and gives their numbers in order.
func (d *Trade) Issue(t *testing.T, n int) (numbers []string) {
	t.Helper()
	return d.IssueOf(t, "TR-30", n, 30)
}

// IssueOf is Issue for cards of a license code, with so many days on each.
func (d *Trade) IssueOf(t *testing.T, code string, n, days int) (numbers []string) {
	t.Helper()
	var made struct{ Cards []struct{ Number string } }
	d.API(t, 201, "POST", "/cards", Fields{"license_code": code, "count": n, "days": days}).JSON(t, &made)
	for _, c := range made.Cards {
		numbers = append(numbers, c.Number)
	}
	return numbers
}

// Hand sells cards down the line, to the last of these customers.
func (d *Trade) Hand(t *testing.T, cards []string, down ...string) {
	t.Helper()
	for _, to := range down {
		d.API(t, 200, "POST", "/cards/sell", Fields{"cards": cards, "customer_id": d.Customers[to]})
	}
}

// Device makes a device of a customer, or of the vendor's stock where to is empty.
func (d *Trade) Device(t *testing.T, number, to string) {
	t.Helper()
	body := Fields{"number": number, "model": "GT06N"}
	if to != "" {
		body["customer_id"] = d.Customers[to]
	}
	d.API(t, 201, "POST", "/devices", body)
}

// As signs somebody in to the portal who has a role at a customer.
func (d *Trade) As(t *testing.T, customer string, role owners.Role) *Browser {
	t.Helper()
	return d.AsOwner(t, d.Vendor, string(role)+"@"+customer+".example.com", map[string]owners.Role{d.Customers[customer]: role})
}

// At is an address of License Management on the portal, for who acts for a customer.
func (d *Trade) At(customer, below string) string {
	return "/prepaid/" + d.Customers[customer] + below
}
