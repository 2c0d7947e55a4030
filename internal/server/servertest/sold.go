package servertest

import (
	"fmt"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
)

// Sold is a vendor that has sold something.
type Sold struct {
	wiring.NewVendor

	Server  *Server
	Vendor  vendors.Vendor
	Product catalog.Product
	Edition catalog.Edition
	Buyer   customers.Customer
}

// Do runs a transaction.
func (x *Sold) Do(t *testing.T, fn func(t tx.Tx) error) {
	t.Helper()
	if err := x.Server.Program.Rooms().DB.Run(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// Sell makes a vendor with a product, an edition and a customer.
func Sell(t *testing.T, s *Server) *Sold {
	t.Helper()
	x := &Sold{NewVendor: s.Vendor(t, "Acme"), Server: s}
	r := s.Program.Rooms()
	var err error
	if x.Vendor, err = r.VendorRows.BySlug(t.Context(), x.Slug); err != nil {
		t.Fatal(err)
	}
	x.Do(t, func(t tx.Tx) (err error) {
		if x.Product, err = r.Catalog.CreateProduct(t, x.Vendor.ID, catalog.Product{Name: "Layout"}); err != nil {
			return err
		}
		p := terms.Defaults()
		month := 30
		p.TokenLimit, p.GoodwillTokenLimit, p.ExpiresMode, p.ExpiresDays = 1, 1, terms.ExpiresDaysActivated, &month
		if x.Edition, err = r.Catalog.CreateEdition(t, x.Vendor.ID, catalog.Edition{
			ProductUUID: x.Product.UUID, Name: "Standard", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.TimeLimited, Policy: p,
		}); err != nil {
			return err
		}
		x.Buyer, err = r.Customers.Create(t, x.Vendor.ID, customers.Create{CompanyName: "=Kirk & Co", Email: "kirk@example.com"})
		return err
	})
	return x
}

// License issues a licence, and lets clients activate it, of which one too many is refused.
func (x *Sold) License(t *testing.T, name string, clients int) *licensing.License {
	t.Helper()
	var l *licensing.License
	r := x.Server.Program.Rooms()
	x.Do(t, func(t tx.Tx) (err error) {
		l, err = r.Licenses.Issue(t, licensing.IssueCommand{Vendor: x.Vendor.ID, Edition: x.Edition.UUID, Customer: x.Buyer.UUID, Name: name})
		return err
	})
	for i := range clients {
		x.Do(t, func(t tx.Tx) error {
			_, err := r.Licenses.Activate(t, licensing.ActivateCommand{
				Vendor: x.Vendor.ID, Product: x.Product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: fmt.Sprintf("%s-%d", name, i),
				Client: licensing.Client{SoftwareVersion: "1.2", OperatingSystem: "Debian 12", Country: "DE"},
			})
			return err
		})
	}
	return l
}

// Count counts the vendor's daily figures.
func (x *Sold) Count(t *testing.T) {
	t.Helper()
	if _, err := x.Server.Program.Rooms().Figures.Count(t.Context(), x.Vendor.ID, x.Vendor.CreatedAt); err != nil {
		t.Fatal(err)
	}
}
