package owners_test

import (
	"fmt"
	"slices"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// note writes records of a licence as it is, by actors in turn.
func (b bench) note(t *testing.T, l *licensing.License, by ...tx.Actor) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (int, error) {
		for _, one := range by {
			x.Journal(tx.Entry{Vendor: b.Vendor, Action: "license.key_replaced", Subject: "license", ID: l.UUID, License: l.ID, By: one})
		}
		return 0, store.Bump(x)
	})
}

// An access token says no more of its user than the user would: staff are told as the vendor,
// and of somebody who is gone nothing is told, whether the token is there or was revoked.
func TestWhoUsedAToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0), func(c *licensing.IssueCommand) { c.LicenseeEmail = "anna@example.com" })
		anna := b.user(t, "anna@example.com")
		sam := storetest.Do(t, e, func(x tx.Tx) (identity.User, error) {
			return b.people.Users.Create(x, identity.Operator(b.Vendor), identity.NewUser{Email: "sam@vendor.example", Role: identity.Owner})
		})
		tokenOf := func(u identity.User) ident.UUID {
			id := e.IDs.V7()
			storetest.Do(t, e, func(x tx.Tx) (int64, error) {
				return store.On(x).Exec(`INSERT INTO access_tokens (vendor_id, uuid, user_id, name, hint, token_hash, created_at, expires_at)
					VALUES ($1, $2, $3, 'CRM', 'cht_', $4, 0, 1)`, b.Vendor, id, u.ID, id[:])
			})
			return id
		}
		use := func(token ident.UUID, address string) tx.Actor {
			return tx.Actor{Kind: "access_token", ID: token.String(), Name: address + " (access token “CRM”)"}
		}
		user := func(id ident.UUID, address string) tx.Actor {
			return tx.Actor{Kind: "user", ID: id.String(), Name: address}
		}
		gone, former := e.IDs.V7(), tokenOf(sam)
		type told struct {
			by     owners.Doer
			person string
		}
		cases := []struct {
			by   tx.Actor
			want told
		}{
			{user(anna.UUID, "anna@example.com"), told{owners.ByAPerson, "anna@example.com"}},
			{user(sam.UUID, "sam@vendor.example"), told{owners.ByTheVendor, ""}},
			{user(gone, "ex@vendor.example"), told{owners.BySomebody, ""}},
			{use(tokenOf(anna), "anna@example.com"), told{owners.ByAToken, "anna@example.com"}},
			{use(gone, "anna@example.com"), told{owners.ByAToken, "anna@example.com"}},
			{use(tokenOf(sam), "sam@vendor.example"), told{owners.ByTheVendor, ""}},
			{use(gone, "sam@vendor.example"), told{owners.ByTheVendor, ""}},
			{use(former, "anna@example.com"), told{owners.ByTheVendor, ""}}, // whose address it was once
			{use(gone, "ex@vendor.example"), told{owners.BySomebody, ""}},
		}
		actors := make([]tx.Actor, 0, len(cases))
		for _, c := range cases {
			actors = append(actors, c.by)
		}
		b.note(t, l, actors...)
		page, err := b.rows.History(t.Context(), b.reach(t, anna), l.UUID, listing.Request{Limit: len(cases)})
		if err != nil || len(page.Items) != len(cases) {
			t.Fatalf("%d, %v", len(page.Items), err)
		}
		slices.Reverse(page.Items)
		for i, c := range cases {
			if h := page.Items[i]; (told{h.By, h.Person}) != c.want {
				t.Errorf("%s %s: told as %s %q, want %v", c.by.Kind, c.by.Name, h.By, h.Person, c.want)
			}
		}
	})
}

// Whoever administers many customers with many licences reads one history of them, by pages.
func TestTheHistoryOfMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		edition := b.Limited(t, 2, 0, 0)
		first := b.Issue(t, edition)
		for range 69 {
			b.Issue(t, edition)
		}
		boss := b.user(t, "boss@example.com")
		b.join(t, b.Customer.UUID, boss, owners.Administrator)
		reach := b.reach(t, boss)
		for _, many := range []int{0, 50, 300, 600} {
			for len(reach.Customers) <= many {
				reach.Customers = append(reach.Customers, owners.Membership{
					Customer: ident.CustomerID(1_000_000 + len(reach.Customers)), UUID: e.IDs.V7(), Role: owners.Administrator,
				})
			}
			n, cursor := 0, ""
			var last owners.Happening
			for {
				list, err := listing.Parse(40, "-at", cursor, "-at")
				if err != nil {
					t.Fatal(err)
				}
				page, err := b.rows.HistoryOfCustomers(t.Context(), reach, list)
				if err != nil {
					t.Fatalf("with %d customers: %v", many, err)
				}
				if n += len(page.Items); len(page.Items) > 0 {
					last = page.Items[len(page.Items)-1]
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if n != 71 || last.License != first.ID {
				t.Errorf("with %d customers: %d records, the last of licence %d, want 71 and %d", many, n, last.License, first.ID)
			}
		}
	})
}

// However much was changed since, a licence tells its people nothing of what was before it
// came to their customer.
func TestAHandOverLongAgo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0), func(c *licensing.IssueCommand) { c.LicenseeEmail = "otto@example.com" })
		next := b.NewCustomer(t, "Hall & Sons")
		viewer, otto := b.user(t, "viewer@example.com"), b.user(t, "otto@example.com")
		b.join(t, next.UUID, viewer, owners.Viewer)
		change := func(c licensing.Change) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.Update(x, b.Vendor, l.ID, c) })
		}
		change(licensing.Change{Name: new("Before")})
		change(licensing.Change{Customer: next.UUID})
		for i := range 120 {
			change(licensing.Change{LicenseeEmail: new(fmt.Sprintf("l%d@example.com", i))})
		}
		change(licensing.Change{LicenseeEmail: new("otto@example.com")})
		change(licensing.Change{Name: new("After")})
		for name, c := range map[string]struct {
			reach owners.Reach
			want  int
		}{
			"the customer's people": {b.reach(t, viewer), 123},
			"the licensee":          {b.reach(t, otto), 2},
		} {
			page, err := b.rows.History(t.Context(), c.reach, l.UUID, listing.Request{Limit: 200})
			if err != nil || len(page.Items) != c.want || page.Next != "" {
				t.Errorf("%s: %d records, want %d, and next %q: %v", name, len(page.Items), c.want, page.Next, err)
			}
		}
	})
}
