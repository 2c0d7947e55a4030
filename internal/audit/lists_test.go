package audit_test

import (
	"maps"
	"testing"

	"chancery/internal/audit"
	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
	auditstore "chancery/internal/store/audit"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// The history of a customer is its own, and is found without reading the others'.
func TestTheHistoryOfACustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCustomers(t, e)
		rows := auditstore.Store{DB: e.DB, SearchDepth: 1} // a search would not come far
		first := b.Create(t, "First", nil)
		for range 5 {
			b.Create(t, "Other", nil)
		}
		name := "Changed"
		storetest.Do(t, e, func(x tx.Tx) (customers.Customer, error) {
			return b.Customers.Update(x, b.Vendor, first.UUID, customers.Change{CompanyName: &name})
		})
		f := audit.Filter{Subject: "customer", SubjectID: first.UUID}
		got, err := rows.List(t.Context(), b.Vendor, f, listing.Request{Limit: 10, Sort: "at", Desc: true})
		if err != nil || len(got.Items) != 2 || got.Items[0].Action != "customer.updated" || got.Next != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if !f.Indexed() || (audit.Filter{Subject: "license", SubjectID: first.UUID}).Indexed() {
			t.Error("the filter says the wrong thing of its index")
		}
	})
}

// What records name by id has its name, of this vendor's only.
func TestNamesOfWhatRecordsName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		rows := auditstore.Store{DB: e.DB}
		l := b.Issue(t, b.Limited(t, 1, 0, 0))
		a := b.Granted(t, l.LicenseKey, "press-01")
		asked := make([]ident.UUID, 0, 305)
		asked = append(asked, b.Customer.UUID, l.UUID, l.Edition.UUID, l.Product.UUID, a.UUID)
		for range 300 { // more than one statement asks for
			asked = append(asked, e.IDs.V7())
		}
		names, err := rows.Names(t.Context(), b.Vendor, asked)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			b.Customer.UUID.String(): b.Customer.CompanyName, l.Edition.UUID.String(): l.Edition.Name, l.Product.UUID.String(): l.Product.Name,
			l.UUID.String(): l.Name, a.UUID.String(): "press-01",
		}
		if !maps.Equal(names, want) {
			t.Errorf("got %v, want %v", names, want)
		}
		if names, err := rows.Names(t.Context(), storetest.Vendor(t, e, "Bolt").ID, asked); err != nil || len(names) != 0 {
			t.Errorf("of another vendor: %v, %v", names, err)
		}
	})
}
