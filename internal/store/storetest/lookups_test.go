package storetest_test

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
		shared := b.limited(t, 2, 0, 0)
		good := b.issue(t, shared, named("good"))
		over := b.issue(t, shared, named("over"), func(c *licensing.IssueCommand) {
			c.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: e.Clock.Now().Add(time.Hour)}
		})
		off := b.issue(t, shared, named("off"))
		crew := b.issue(t, b.floating(t, 3, func(e *catalog.Edition) { e.ClientType = terms.Users }), named("crew"))
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.licenses.AddUser(x, b.vendor, crew.ID, "u1") })
		inactive := false
		b.update(t, off, licensing.Change{IsActive: &inactive})
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
		all, err := b.licenses.ByCustomer(ctx, b.vendor, product, number, false)
		want("customer", all, err, "good", "over", "off", "crew")
		active, err := b.licenses.ByCustomer(ctx, b.vendor, product, number, true)
		want("customer, active", active, err, "good", "crew")
		licensee, err := b.licenses.ByUser(ctx, b.vendor, product, email, false)
		want("licensee", licensee, err, "good", "over", "off", "crew")
		licensee, err = b.licenses.ByUser(ctx, b.vendor, product, email, true)
		want("licensee, active", licensee, err, "good", "crew")
		user, err := b.licenses.ByUser(ctx, b.vendor, product, "u1", true)
		want("named user", user, err, "crew")
		user, err = b.licenses.ByUser(ctx, b.vendor, product, "U1", true)
		want("another user", user, err)
		b.update(t, over, licensing.Change{Expiry: &licensing.Expiry{Mode: terms.ExpiresNever}})
		active, err = b.licenses.ByCustomer(ctx, b.vendor, product, number, true)
		want("customer, extended", active, err, "good", "over", "crew")
	})
}

func named(name string) func(*licensing.IssueCommand) {
	return func(c *licensing.IssueCommand) { c.Name = name }
}
