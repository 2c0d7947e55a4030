package owners_test

import (
	"testing"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	ownerstore "chancery/internal/store/owners"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// bench is a vendor with licences, and users who own some.
type bench struct {
	storetest.LicenseBench

	people *storetest.People
	rows   ownerstore.Store
	owners *owners.Service
}

func newBench(t *testing.T, e storetest.Env) bench {
	t.Helper()
	b := bench{LicenseBench: storetest.NewLicenses(t, e), people: storetest.NewPeople(t, e)}
	b.rows = ownerstore.Store{DB: e.DB, Licenses: b.Store}
	var err error
	if b.owners, err = owners.New(b.rows); err != nil {
		t.Fatal(err)
	}
	return b
}

// user makes a licensee of the bench's vendor.
func (b bench) user(t *testing.T, email string) identity.User {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (identity.User, error) {
		return b.people.Users.Create(x, identity.Operator(b.Vendor), identity.NewUser{Email: email})
	})
}

func (b bench) join(t *testing.T, customer ident.UUID, u identity.User, role owners.Role) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (owners.Customer, error) {
		return b.owners.Join(x, owners.ByStaff(b.Vendor), customer, u.UUID, u.ID, role)
	})
}

func (b bench) reach(t *testing.T, u identity.User) owners.Reach {
	t.Helper()
	r, err := b.rows.ReachOf(t.Context(), b.Vendor, u.ID, u.Email)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sees are the names of the licences that a user's list shows.
func (b bench) sees(t *testing.T, r owners.Reach) (names []string) {
	t.Helper()
	page, err := b.rows.List(t.Context(), r, licensing.Filter{}, listing.Request{Limit: 50, Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range page.Items {
		names = append(names, l.Name)
	}
	return names
}

// Owners see their own licences and those of their customers, once, and nothing else;
// what they may do is asked anew in the transaction that does it.
func TestOwners(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		edition := b.Limited(t, 2, 0, 0)
		other := b.NewCustomer(t, "Hall & Sons")
		issue := func(name, licensee string, customer ident.UUID) *licensing.License {
			return b.Issue(t, edition, func(c *licensing.IssueCommand) { c.Name, c.LicenseeEmail, c.Customer = name, licensee, customer })
		}
		firms, hers, both := issue("firm's", "otto@example.com", b.Customer.UUID), issue("hers", "Anna@Example.com", other.UUID),
			issue("both", "anna@example.com", b.Customer.UUID)
		active := b.Granted(t, firms.LicenseKey, "machine")
		anna, otto, viewer := b.user(t, "anna@example.com"), b.user(t, "otto@example.com"), b.user(t, "viewer@example.com")
		b.join(t, b.Customer.UUID, viewer, owners.Viewer)
		b.join(t, b.Customer.UUID, anna, owners.Operator)
		elsewhere := b.reach(t, otto)
		elsewhere.Vendor = storetest.Vendor(t, e, "Rival").ID
		for name, test := range map[string]struct {
			reach owners.Reach
			sees  []string
			may   map[owners.Act]string // what is answered for the firm's licence; "" for yes
		}{
			"anna":         {b.reach(t, anna), []string{"both", "hers", "firm's"}, map[owners.Act]string{owners.See: "", owners.DeleteDevices: "", owners.Manage: "role_missing"}},
			"otto":         {b.reach(t, otto), []string{"firm's"}, map[owners.Act]string{owners.See: "", owners.DeleteDevices: "", owners.Manage: ""}},
			"the viewer":   {b.reach(t, viewer), []string{"both", "firm's"}, map[owners.Act]string{owners.See: "", owners.DeleteDevices: "role_missing"}},
			"another firm": {elsewhere, nil, map[owners.Act]string{owners.See: "license_not_found", owners.Manage: "license_not_found"}},
			"nobody":       {owners.Reach{}, nil, map[owners.Act]string{owners.See: "license_not_found"}},
			"no user":      {owners.Reach{Vendor: b.Vendor}, nil, map[owners.Act]string{owners.See: "license_not_found"}},
		} {
			if got := b.sees(t, test.reach); !sameNames(got, test.sees) {
				t.Errorf("%s sees %q, want %q", name, got, test.sees)
			}
			for act, want := range test.may {
				_, err := storetest.Try(t, e, func(x tx.Tx) (owners.License, error) { return b.owners.License(x, test.reach, firms.UUID, act) })
				_, onActivation := storetest.Try(t, e, func(x tx.Tx) (owners.License, error) {
					return b.owners.Activation(x, test.reach, active.UUID, act)
				})
				if codeOf(err) != want || (codeOf(onActivation) == "") != (want == "") {
					t.Errorf("%s, %s: %v, on the activation %v, want %q", name, act, err, onActivation, want)
				}
			}
			_, err := b.rows.ByUUID(t.Context(), test.reach, firms.UUID)
			_, listed := b.rows.Activations(t.Context(), test.reach, firms.UUID, true, listing.Request{Limit: 5})
			_, _, one := b.rows.Activation(t.Context(), test.reach, active.UUID)
			if seen := test.may[owners.See] == ""; (err == nil) != seen || (listed == nil) != seen || (one == nil) != seen {
				t.Errorf("%s: the licence %v, its activations %v, one of them %v", name, err, listed, one)
			}
		}
		if got := b.sees(t, b.reach(t, anna)); len(got) != 3 || hers.UUID == both.UUID {
			t.Errorf("anna sees %q", got)
		}

		// What was in reach when the request began counts for nothing.
		before := b.reach(t, viewer)
		storetest.Do(t, e, func(x tx.Tx) (owners.Person, error) {
			return b.owners.Leave(x, owners.ByStaff(b.Vendor), b.Customer.UUID, viewer.UUID)
		})
		storetest.Refuse(t, e, "license_not_found", func(x tx.Tx) (owners.License, error) { return b.owners.License(x, before, firms.UUID, owners.See) })
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) {
			return b.people.Users.Disable(x, identity.Operator(b.Vendor), otto.UUID)
		})
		storetest.Refuse(t, e, "license_not_found", func(x tx.Tx) (owners.License, error) {
			return b.owners.License(x, b.owned(otto), firms.UUID, owners.See)
		})
	})
}

func (b bench) owned(u identity.User) owners.Reach {
	return owners.Reach{Vendor: b.Vendor, User: u.ID, Email: u.Email}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.As(err).Code
}

func sameNames(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
