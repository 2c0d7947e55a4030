package licensing_test

import (
	"testing"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What nobody has set follows the customer: to another one, and to another address.
func TestAnAddressThatNobodySetFollowsTheCustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		customer := func(name, email string) customers.Customer {
			return storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
				return b.Customers.Create(x, b.Vendor, customers.Create{CompanyName: name, Email: email})
			})
		}
		move := func(c customers.Customer, email string) {
			storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
				return b.Customers.Update(x, b.Vendor, c.UUID, customers.Change{Email: &email})
			})
		}
		first, second, third := customer("First", "first@example.com"), customer("Second", "Second@example.com"), customer("Third", "")
		of := func(email string) func(c *licensing.IssueCommand) {
			return func(c *licensing.IssueCommand) { c.Customer, c.LicenseeEmail = first.UUID, email }
		}
		follows, own := b.Issue(t, edition, of("")), b.Issue(t, edition, of("own@example.com"))
		holds := func(when string, l *licensing.License, want string) {
			t.Helper()
			if now, err := b.Store.ByUUID(t.Context(), b.Vendor, l.UUID); err != nil || now.LicenseeEmail != want {
				t.Errorf("%s: %q, %v; want %q", when, now.LicenseeEmail, err, want)
			}
		}
		move(first, "moved@example.com")
		holds("the customer's new address", follows, "moved@example.com")
		holds("the customer's new address, of one that is set", own, "own@example.com")
		for _, l := range []*licensing.License{follows, own} {
			b.Update(t, l, licensing.Change{Customer: second.UUID})
		}
		holds("handed over", follows, "second@example.com")
		holds("handed over, of one that is set", own, "own@example.com")
		empty, given := "", "third@example.com"
		b.Update(t, own, licensing.Change{LicenseeEmail: &empty})
		holds("not set any more", own, "second@example.com")
		if _, err := storetest.Try(t, e, func(x tx.Tx) (any, error) {
			return b.Licenses.Update(x, b.Vendor, follows.ID, licensing.Change{Customer: third.UUID})
		}); !fault.Is(err, "invalid_request") {
			t.Errorf("to a customer without an address: %v", err)
		}
		b.Update(t, follows, licensing.Change{Customer: third.UUID, LicenseeEmail: &given})
		holds("handed over with an address", follows, given)
		move(second, "")
		holds("the customer has no address any more", own, "second@example.com")
	})
}

// A customer with many licences: its new address reaches them in portions, also when it
// has changed once more in between.
func TestANewAddressReachesManyLicences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		email := func(text string) {
			storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
				return b.Customers.Update(x, b.Vendor, b.Customer.UUID, customers.Change{Email: &text})
			})
		}
		email("old@example.com")
		const many = 620
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			for range many {
				if _, err := b.Licenses.Issue(x, licensing.IssueCommand{Vendor: b.Vendor, Edition: edition.UUID, Customer: b.Customer.UUID, InBulk: true}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		have := func(address string) (n int) {
			t.Helper()
			if _, err := e.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM licenses WHERE licensee_email = $1`, []any{address}, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		email("new@example.com")
		if n := have("new@example.com"); n == 0 || n == many {
			t.Errorf("%d of %d at once", n, many)
		}
		email("newest@example.com")
		for range 2 { // the second time there is nothing left
			if _, err := b.Licenses.FinishAddresses(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := have("newest@example.com"); n != many {
				t.Errorf("%d of %d have the newest address, %d the old one", n, many, have("old@example.com"))
			}
		}
		var left int
		if _, err := e.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM licensee_moves`, nil, &left); err != nil || left != 0 {
			t.Errorf("%d are left, %v", left, err)
		}
	})
}
