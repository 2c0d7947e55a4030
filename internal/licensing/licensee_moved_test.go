package licensing_test

import (
	"strings"
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Licences follow their licensee to a new address, however many they are; what has yet to
// follow lets nobody in who reads the old mailbox.
func TestLicencesFollowTheirLicensee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		const all = 600 // more than a first portion
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			for i := range all {
				address := "anna@straße.example"
				if i%2 == 1 {
					address = "anna@xn--strae-oqa.example"
				}
				if _, err := b.Licenses.Issue(x, licensing.IssueCommand{
					Vendor: b.Vendor, Edition: edition.UUID, Customer: b.Customer.UUID, LicenseeEmail: address,
				}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		other := b.Issue(t, edition, func(c *licensing.IssueCommand) { c.LicenseeEmail = "otto@example.com" })
		move := func(former, address string) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.LicenseeMoved(x, b.Vendor, former, address) })
		}
		named := func(address string) bool {
			t.Helper()
			return storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.Store.HasLicense(x, b.Vendor, address) })
		}
		count := func(address string) int {
			return storetest.Count(t, e, `SELECT COUNT(*) FROM licenses WHERE licensee_email = $1`, address)
		}
		move("anna@straße.example", "anna@heim.example")
		if n := count("anna@heim.example"); n == 0 || n == all || named("anna@straße.example") {
			t.Errorf("at once %d of %d moved, and the old mailbox is named: %t", n, all, named("anna@straße.example"))
		}
		storetest.Refuse(t, e, "address_busy", func(x tx.Tx) (any, error) {
			return nil, b.Licenses.LicenseeMoved(x, b.Vendor, "otto@example.com", "anna@straße.example")
		})
		move("anna@heim.example", "anna@neu.example") // again, before the rest has followed
		for range 3 {
			if _, err := b.Licenses.FinishAddresses(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := count("anna@neu.example"); n != all || !named("anna@neu.example") || storetest.Count(t, e, `SELECT COUNT(*) FROM address_moves`) != 0 {
			t.Errorf("%d of %d moved", n, all)
		}
		if l, err := b.Store.ByUUID(t.Context(), b.Vendor, other.UUID); err != nil || !strings.HasPrefix(l.LicenseeEmail, "otto") {
			t.Errorf("another's licence is of %s, %v", l.LicenseeEmail, err)
		}
	})
}
