package storetest

import (
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	catalogstore "chancery/internal/store/catalog"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// CatalogBench is a vendor with a product.
type CatalogBench struct {
	Env

	Catalog *catalog.Service
	Rows    catalogstore.Store
	Vendor  ident.VendorID
	Product catalog.Product
}

// NewCatalog makes a vendor with a product. The followers, which may be nil, are told of
// changed editions.
func NewCatalog(t *testing.T, e Env, followers catalog.Followers) CatalogBench {
	t.Helper()
	rows := catalogstore.Store{DB: e.DB}
	service, err := catalog.New(catalog.Config{Store: rows, IDs: e.IDs, Followers: followers})
	if err != nil {
		t.Fatal(err)
	}
	b := CatalogBench{Env: e, Catalog: service, Rows: rows, Vendor: Vendor(t, e, "Acme").ID}
	b.Product = Do(t, e, func(x tx.Tx) (catalog.Product, error) {
		return service.CreateProduct(x, b.Vendor, catalog.Product{Name: "Drill", LatestRelease: "2.0"})
	})
	return b
}

// Edition makes an edition of the product. One without a policy gets the default policy.
func (b CatalogBench) Edition(t *testing.T, e catalog.Edition) catalog.Edition {
	t.Helper()
	e.ProductUUID = b.Product.UUID
	if e.Policy == (terms.Policy{}) {
		e.Policy = terms.Defaults()
	}
	return Do(t, b.Env, func(x tx.Tx) (catalog.Edition, error) { return b.Catalog.CreateEdition(x, b.Vendor, e) })
}

// ChangeProduct changes the product and returns it as it is then.
func (b CatalogBench) ChangeProduct(t *testing.T, c catalog.ProductChange) catalog.Product {
	t.Helper()
	return Do(t, b.Env, func(x tx.Tx) (catalog.Product, error) {
		return b.Catalog.UpdateProduct(x, b.Vendor, b.Product.UUID, c)
	})
}
