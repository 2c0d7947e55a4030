package catalog_test

import (
	"strings"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/licensing"
	"chancery/internal/server/servertest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// TestALimitInUseIsRefusedBesideItsField lowers an edition's limit below what a
// licence of it has in use.
func TestALimitInUseIsRefusedBesideItsField(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b, r, vendor := s.SignIn(t, v), s.Program.Rooms(), s.RoomID(t, v)
	var edition catalog.Edition
	err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		p, err := r.Catalog.CreateProduct(x, vendor, catalog.Product{Name: "Plotter"})
		if err != nil {
			return err
		}
		policy := terms.Defaults()
		policy.TokenLimit = 2
		if edition, err = r.Catalog.CreateEdition(x, vendor, catalog.Edition{ProductUUID: p.UUID, Name: "Standard", Policy: policy}); err != nil {
			return err
		}
		c, err := r.Customers.Create(x, vendor, customers.Create{CompanyName: "Sample", Email: "a@example.com"})
		if err != nil {
			return err
		}
		_, err = r.Licenses.Issue(x, licensing.IssueCommand{Vendor: vendor, Edition: edition.UUID, Customer: c.UUID, ActivateFor: "client"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/editions/" + edition.UUID.String()
	ask := b.Get(t, path+"/edit")
	if !strings.Contains(ask.Text("main"), "A change reaches 1 licence at once") {
		t.Errorf("the form does not say what it reaches: %s", ask.Text(".app-notice"))
	}
	form := servertest.Filled(ask)
	form.Set("token_limit", "0")
	p := b.Post(t, path+"/edit", form)
	if p.Status != 409 || !strings.Contains(p.Text("#token_limit-error"), "in use") || servertest.Filled(p).Get("token_limit") != "0" {
		t.Errorf("%d %s", p.Status, p.Text("main"))
	}
	if p := b.Get(t, path); !strings.Contains(p.Text(".sell-said"), "up to 2 devices") {
		t.Errorf("the refused limit was stored: %s", p.Text(".sell-said"))
	}
}
