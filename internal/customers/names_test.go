package customers_test

import (
	"fmt"
	"testing"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What files name is found by name: by this vendor's only.
func TestThingsAreFoundByTheirNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCustomers(t, e)
		stranger := storetest.Vendor(t, e, "Bolt").ID
		asked := make([]string, 0, 230)
		var known customers.Customer
		for i := range 230 {
			number := fmt.Sprintf("K-%03d", i)
			asked = append(asked, number)
			if i%10 == 0 {
				known = storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
					return b.Customers.Create(x, b.Vendor, customers.Create{CompanyName: "C", Number: number})
				})
			}
		}
		found, err := b.Rows.Numbers(t.Context(), b.Vendor, asked)
		if err != nil || len(found) != 23 || found["K-220"].UUID != known.UUID || !found["K-221"].UUID.IsZero() {
			t.Errorf("%v, %v", found, err)
		}
		if found, err := b.Rows.Numbers(t.Context(), stranger, asked); err != nil || len(found) != 0 {
			t.Errorf("another vendor finds %v, %v", found, err)
		}
		id := func(v ident.VendorID, number string) ident.UUID {
			return storetest.Do(t, e, func(x tx.Tx) (ident.UUID, error) { return b.Rows.NumberID(x, v, number) })
		}
		if id(b.Vendor, "K-220") != known.UUID || !id(b.Vendor, "K-221").IsZero() || !id(stranger, "K-220").IsZero() {
			t.Error("a customer's number finds the wrong one")
		}
		for range 3 {
			b.Create(t, "Below", &known)
		}
		for most, want := range map[int]int{2: 2, 3: 3, 10: 3} {
			if n, err := b.Rows.CountBelow(t.Context(), b.Vendor, known.ID, most); err != nil || n != want {
				t.Errorf("at most %d: %d, %v", most, n, err)
			}
		}
	})
}
