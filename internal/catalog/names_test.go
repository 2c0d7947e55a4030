package catalog_test

import (
	"slices"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	catalogstore "chancery/internal/store/catalog"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

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
		if names, err := rows.EditionNames(t.Context(), v); err != nil || len(names) != 4 || !slices.Contains(names, catalogstore.NamedEdition{UUID: made["Printer/Printer Pro"], Product: "Printer", Edition: "Printer Pro"}) {
			t.Errorf("%v, %v", names, err)
		}
	})
}
