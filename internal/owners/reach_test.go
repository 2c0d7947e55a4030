package owners

import "testing"

func TestReach(t *testing.T) {
	t.Parallel()
	own := License{Licensee: "anna@straße.example", Customer: 3}
	firms := License{Licensee: "otto@example.com", Customer: 1}
	role := func(r Role) Reach {
		return Reach{User: 7, Email: "Anna@STRASSE.example", Customers: []Membership{{Customer: 1, Role: r}}}
	}
	for name, test := range map[string]struct {
		reach                Reach
		license              License
		sees, deletes, rules bool
	}{
		"own, in capitals and the other form":  {Reach{User: 7, Email: "ANNA@xn--strae-oqa.example"}, own, true, true, true},
		"an address that is not the same":      {Reach{User: 7, Email: "anna@strasse.example"}, own, false, false, false},
		"a viewer":                             {role(Viewer), firms, true, false, false},
		"an operator":                          {role(Operator), firms, true, true, false},
		"an administrator":                     {role(Administrator), firms, true, true, true},
		"an administrator elsewhere":           {role(Administrator), own, false, false, false},
		"a role that nobody knows":             {role("owner"), firms, false, false, false},
		"nobody":                               {Reach{}, firms, false, false, false},
		"nobody, a licence without a licensee": {Reach{}, License{Customer: 1}, false, false, false},
		"an address without a user":            {Reach{Email: "otto@example.com"}, firms, false, false, false},
		"a user without an address":            {Reach{User: 7}, License{}, false, false, false},
	} {
		for act, want := range map[Act]bool{See: test.sees, DeleteDevices: test.deletes, Manage: test.rules, "unheard of": test.rules} {
			if got := test.reach.May(act, test.license); got != want {
				t.Errorf("%s: %s is %t, want %t", name, act, got, want)
			}
		}
		if got := test.reach.ManagesPeople(); got != (len(test.reach.Customers) > 0 && test.reach.Customers[0].Role == Administrator) {
			t.Errorf("%s: manages people: %t", name, got)
		}
	}
}
