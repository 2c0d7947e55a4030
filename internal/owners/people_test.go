package owners_test

import (
	"testing"

	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Administrators manage the people of their customer and of no other, and never
// themselves; roles count at once.
func TestPeopleOfCustomers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		other := b.NewCustomer(t, "Hall & Sons")
		admin, viewer, stranger := b.user(t, "admin@example.com"), b.user(t, "viewer@example.com"), b.user(t, "stranger@example.com")
		b.join(t, b.Customer.UUID, admin, owners.Administrator)
		b.join(t, b.Customer.UUID, viewer, owners.Viewer)
		b.join(t, other.UUID, stranger, owners.Administrator)
		rival := owners.ByStaff(storetest.Vendor(t, e, "Rival").ID)
		for name, try := range map[string]struct {
			by   owners.By
			want string
		}{
			"a viewer":                {owners.ByOwner(b.reach(t, viewer)), "role_missing"},
			"another's administrator": {owners.ByOwner(b.reach(t, stranger)), "customer_not_found"},
			"another vendor's staff":  {rival, "customer_not_found"},
			"nobody":                  {owners.ByOwner(owners.Reach{}), "customer_not_found"},
		} {
			change := func(do func(x tx.Tx) error) {
				t.Helper()
				if _, err := storetest.Try(t, e, func(x tx.Tx) (any, error) { return nil, do(x) }); codeOf(err) != try.want {
					t.Errorf("%s: %v, want %s", name, err, try.want)
				}
			}
			change(func(x tx.Tx) error {
				_, err := b.owners.SetRole(x, try.by, b.Customer.UUID, viewer.UUID, owners.Operator)
				return err
			})
			change(func(x tx.Tx) error {
				_, err := b.owners.Leave(x, try.by, b.Customer.UUID, admin.UUID)
				return err
			})
			change(func(x tx.Tx) error {
				_, err := b.owners.Join(x, try.by, b.Customer.UUID, stranger.UUID, stranger.ID, owners.Viewer)
				return err
			})
			if _, page, err := b.rows.People(t.Context(), try.by, b.Customer.UUID, listing.Request{Limit: 9}); codeOf(err) != "customer_not_found" || len(page.Items) > 0 {
				t.Errorf("%s sees the people: %v, %v", name, page, err)
			}
		}
		by := owners.ByOwner(b.reach(t, admin))
		storetest.Refuse(t, e, "own_role", func(x tx.Tx) (owners.Person, error) {
			return b.owners.SetRole(x, by, b.Customer.UUID, admin.UUID, owners.Viewer)
		})
		storetest.Refuse(t, e, "own_role", func(x tx.Tx) (owners.Person, error) { return b.owners.Leave(x, by, b.Customer.UUID, admin.UUID) })
		storetest.Refuse(t, e, "customer_user_exists", func(x tx.Tx) (owners.Customer, error) {
			return b.owners.Join(x, by, b.Customer.UUID, viewer.UUID, viewer.ID, owners.Operator)
		})
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (owners.Person, error) {
			return b.owners.SetRole(x, by, b.Customer.UUID, viewer.UUID, "owner")
		})
		storetest.Do(t, e, func(x tx.Tx) (owners.Person, error) {
			return b.owners.SetRole(x, by, b.Customer.UUID, viewer.UUID, owners.Administrator)
		})
		if m, found := b.reach(t, viewer).At(b.Customer.UUID); !found || !m.Manages() {
			t.Errorf("the new administrator is %v", m)
		}
		storetest.Do(t, e, func(x tx.Tx) (owners.Person, error) {
			return b.owners.Leave(x, owners.ByOwner(b.reach(t, viewer)), b.Customer.UUID, admin.UUID)
		})
		// What the first administrator had when the request began counts for nothing.
		storetest.Refuse(t, e, "customer_not_found", func(x tx.Tx) (owners.Person, error) {
			return b.owners.Leave(x, by, b.Customer.UUID, viewer.UUID)
		})
		_, page, err := b.rows.People(t.Context(), owners.ByStaff(b.Vendor), b.Customer.UUID, listing.Request{Limit: 9})
		if err != nil || len(page.Items) != 1 || page.Items[0].Email != "viewer@example.com" {
			t.Errorf("left are %v, %v", page.Items, err)
		}
	})
}
