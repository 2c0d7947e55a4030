package storetest_test

import (
	"fmt"
	"slices"
	"testing"

	"chancery/internal/audit"
	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	auditstore "chancery/internal/store/audit"
	catalogstore "chancery/internal/store/catalog"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// What files name is found by name: by this vendor's only.
func TestThingsAreFoundByTheirNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		stranger := storetest.Vendor(t, e, "Bolt").ID
		asked := make([]string, 0, 230)
		var known customers.Customer
		for i := range 230 {
			number := fmt.Sprintf("K-%03d", i)
			asked = append(asked, number)
			if i%10 == 0 {
				known = storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
					return b.service.Create(x, b.vendor, customers.Create{CompanyName: "C", Number: number})
				})
			}
		}
		found, err := b.rows.Numbers(t.Context(), b.vendor, asked)
		if err != nil || len(found) != 23 || !found["K-220"] || found["K-221"] {
			t.Errorf("%v, %v", found, err)
		}
		if found, err := b.rows.Numbers(t.Context(), stranger, asked); err != nil || len(found) != 0 {
			t.Errorf("another vendor finds %v, %v", found, err)
		}
		id := func(v ident.VendorID, number string) ident.UUID {
			return storetest.Do(t, e, func(x tx.Tx) (ident.UUID, error) { return b.rows.NumberID(x, v, number) })
		}
		if id(b.vendor, "K-220") != known.UUID || !id(b.vendor, "K-221").IsZero() || !id(stranger, "K-220").IsZero() {
			t.Error("a customer's number finds the wrong one")
		}
		for range 3 {
			b.create(t, "Below", &known)
		}
		for most, want := range map[int]int{2: 2, 3: 3, 10: 3} {
			if n, err := b.rows.CountBelow(t.Context(), b.vendor, known.ID, most); err != nil || n != want {
				t.Errorf("at most %d: %d, %v", most, n, err)
			}
		}
	})
}

func TestEditionsAreFoundByTheirNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		rows := catalogstore.Store{DB: e.DB}
		service, err := catalog.New(catalog.Config{Store: rows, IDs: e.IDs})
		if err != nil {
			t.Fatal(err)
		}
		v, stranger := storetest.Vendor(t, e, "Acme").ID, storetest.Vendor(t, e, "Bolt").ID
		made := map[string]ident.UUID{}
		for _, product := range []string{"Plotter", "Printer"} {
			p := storetest.Do(t, e, func(x tx.Tx) (catalog.Product, error) {
				return service.CreateProduct(x, v, catalog.Product{Name: product})
			})
			for _, name := range []string{"Standard", product + " Pro"} {
				edition := storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
					return service.CreateEdition(x, v, catalog.Edition{ProductUUID: p.UUID, Name: name, Policy: terms.Defaults()})
				})
				made[product+"/"+name] = edition.UUID
			}
		}
		find := func(v ident.VendorID, product, name string) []ident.UUID {
			return storetest.Do(t, e, func(x tx.Tx) ([]ident.UUID, error) { return rows.EditionsNamed(x, v, product, name) })
		}
		if got := find(v, "", "Standard"); len(got) != 2 {
			t.Errorf("in all products: %v", got)
		}
		if got := find(v, "Printer", "Standard"); !slices.Equal(got, []ident.UUID{made["Printer/Standard"]}) {
			t.Errorf("in one product: %v", got)
		}
		if got := find(v, "", "Plotter Pro"); !slices.Equal(got, []ident.UUID{made["Plotter/Plotter Pro"]}) {
			t.Errorf("by a name of its own: %v", got)
		}
		if len(find(stranger, "", "Standard")) != 0 || len(find(v, "Plotter", "Printer Pro")) != 0 {
			t.Error("an edition was found where there is none")
		}
		if names, err := rows.EditionNames(t.Context(), v); err != nil || len(names) != 4 || !slices.Contains(names, catalogstore.NamedEdition{Product: "Printer", Edition: "Printer Pro"}) {
			t.Errorf("%v, %v", names, err)
		}
	})
}

// The history of a customer is its own, and is found without reading the others'.
func TestTheHistoryOfACustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newCustomers(t, e)
		rows := auditstore.Store{DB: e.DB, SearchDepth: 1} // a search would not come far
		first := b.create(t, "First", nil)
		for range 5 {
			b.create(t, "Other", nil)
		}
		name := "Changed"
		storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
			return b.service.Update(x, b.vendor, first.UUID, customers.Change{CompanyName: &name})
		})
		f := audit.Filter{Subject: "customer", SubjectID: first.UUID}
		got, err := rows.List(t.Context(), b.vendor, f, listing.Request{Limit: 10, Sort: "at", Desc: true})
		if err != nil || len(got.Items) != 2 || got.Items[0].Action != "customer.updated" || got.Next != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if !f.Indexed() || (audit.Filter{Subject: "license", SubjectID: first.UUID}).Indexed() {
			t.Error("the filter says the wrong thing of its index")
		}
	})
}

func TestLicencesAreCountedUpToABound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition, other := b.limited(t, 1, 0, 0), b.limited(t, 2, 0, 0)
		var last *licensing.License
		for range 3 {
			last = b.issue(t, edition)
		}
		b.issue(t, other)
		for most, want := range map[int]int{2: 2, 3: 3, 100: 3} {
			if n, err := b.store.CountSome(t.Context(), b.vendor, licensing.Filter{Edition: edition.UUID}, most); err != nil || n != want {
				t.Errorf("at most %d of the edition: %d, %v", most, n, err)
			}
		}
		if n, err := b.store.CountSome(t.Context(), b.vendor, licensing.Filter{Customer: last.Customer.UUID}, 100); err != nil || n != 4 {
			t.Errorf("of the customer: %d, %v", n, err)
		}
		if n, err := b.store.CountSome(t.Context(), storetest.Vendor(t, e, "Bolt").ID, licensing.Filter{Edition: edition.UUID}, 100); err != nil || n != 0 {
			t.Errorf("another vendor counts %d, %v", n, err)
		}
		if _, err := b.store.CountSome(t.Context(), b.vendor, licensing.Filter{Edition: edition.UUID, UsedUp: true}, 100); err == nil {
			t.Error("a filter without an index was counted by")
		}
	})
}
