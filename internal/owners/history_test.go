package owners

import "testing"

// Owners are told of people by address only where these are surely no staff, and of keys never.
func TestWhoDidIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, name string
		s          Standing
		by         Doer
		person     string
	}{
		"an owner":         {"user", "anna@example.com", NoStaff, ByAPerson, "anna@example.com"},
		"staff":            {"user", "sam@vendor.example", Staff, ByTheVendor, ""},
		"who is gone":      {"user", "sam@vendor.example", Unknown, BySomebody, ""},
		"an access token":  {"access_token", "anna@example.com (access token “Inventory”)", NoStaff, ByAToken, "anna@example.com"},
		"that of staff":    {"access_token", "sam@vendor.example (access token “Inventory”)", Staff, ByTheVendor, ""},
		"of who is gone":   {"access_token", "sam@vendor.example (access token “Inventory”)", Unknown, BySomebody, ""},
		"a program":        {"api_key", "app", Program, ByADevice, ""},
		"the vendor's key": {"api_key", "CRM", Unknown, ByTheVendor, ""},
		"a client":         {"client", "", Unknown, ByADevice, ""},
		"periodic work":    {"system", "", Unknown, ByTheServer, ""},
		"a kind to come":   {"partner", "secret@vendor.example", Unknown, ByTheServer, ""},
	} {
		if by, person := DoerOf(c.kind, c.name, c.s); by != c.by || person != c.person {
			t.Errorf("%s: %s %q", name, by, person)
		}
	}
}

// What was before a licence was handed over is told to nobody who came after.
func TestWhatWasHandedOver(t *testing.T) {
	t.Parallel()
	l := License{Customer: 7}
	licensee, member := Reach{User: 1, Email: "anna@example.com"}, Reach{User: 2, Customers: []Membership{{Customer: 7, Role: Viewer}}}
	was := Holding{"a", "otto@example.com"}
	for name, c := range map[string]struct {
		r    Reach
		is   Holding
		want bool
	}{
		"another customer":                {member, Holding{"b", "otto@example.com"}, true},
		"another licensee, to that one":   {licensee, Holding{"a", "anna@example.com"}, true},
		"another licensee, to the people": {member, Holding{"a", "anna@example.com"}, false},
		"the same, written otherwise":     {licensee, Holding{"a", "Otto@Example.com"}, false},
	} {
		if got := c.r.Handed(l, was, c.is); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
