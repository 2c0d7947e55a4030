package licensing_test

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// The look-ups leave out what is off or over when they are asked to, and find who
// is named by a licence as well as its licensee.
func TestLookUpsByCustomerAndUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		shared := b.Limited(t, 2, 0, 0)
		good := b.Issue(t, shared, named("good"))
		over := b.Issue(t, shared, named("over"), func(c *licensing.IssueCommand) {
			c.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: e.Clock.Now().Add(time.Hour)}
		})
		off := b.Issue(t, shared, named("off"))
		crew := b.Issue(t, b.Floating(t, 3, func(e *catalog.Edition) { e.ClientType = terms.Users }), named("crew"))
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.AddUser(x, b.Vendor, crew.ID, "u1") })
		inactive := false
		b.Update(t, off, licensing.Change{IsActive: &inactive})
		e.Clock.Advance(2 * time.Hour)

		want := func(what string, states []licensing.State, err error, names ...string) {
			t.Helper()
			got := make([]string, 0, len(states))
			for _, s := range states {
				got = append(got, s.License.Name)
				if s.License.ID == crew.ID && !slices.Equal(s.License.Users, []string{"u1"}) {
					t.Errorf("%s: users %v", what, s.License.Users)
				}
			}
			if err != nil || !slices.Equal(got, names) {
				t.Errorf("%s: %v, %v; want %v", what, got, err, names)
			}
		}
		product, number, email := good.Product.UUID, good.Customer.CustomerNumber, good.LicenseeEmail
		ctx := t.Context()
		all, err := b.Licenses.ByCustomer(ctx, b.Vendor, product, number, false)
		want("customer", all, err, "good", "over", "off", "crew")
		active, err := b.Licenses.ByCustomer(ctx, b.Vendor, product, number, true)
		want("customer, active", active, err, "good", "crew")
		licensee, err := b.Licenses.ByUser(ctx, b.Vendor, product, email, false)
		want("licensee", licensee, err, "good", "over", "off", "crew")
		licensee, err = b.Licenses.ByUser(ctx, b.Vendor, product, email, true)
		want("licensee, active", licensee, err, "good", "crew")
		user, err := b.Licenses.ByUser(ctx, b.Vendor, product, "u1", true)
		want("named user", user, err, "crew")
		user, err = b.Licenses.ByUser(ctx, b.Vendor, product, "U1", true)
		want("another user", user, err)
		b.Update(t, over, licensing.Change{Expiry: &licensing.Expiry{Mode: terms.ExpiresNever}})
		active, err = b.Licenses.ByCustomer(ctx, b.Vendor, product, number, true)
		want("customer, extended", active, err, "good", "over", "crew")
	})
}

func named(name string) func(*licensing.IssueCommand) {
	return func(c *licensing.IssueCommand) { c.Name = name }
}
