package server_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/server/servertest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// TestSellingIsForThoseWhoMay: who may only look sees pages without their
// buttons, and is refused what the buttons would do.
func TestSellingIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	owner, viewer := s.SignIn(t, v), s.SignInAs(t, v, identity.Viewer)
	product := owner.Post(t, "/products/new", url.Values{"name": {"Plotter"}}).Path
	form := servertest.Filled(owner.Get(t, product+"/editions/new"))
	form.Set("name", "Standard")
	edition := owner.Post(t, product+"/editions/new", form).Path
	customer := owner.Post(t, "/customers/new", url.Values{"company_name": {"Sample"}}).Path
	draft := owner.Upload(t, "/imports/new?kind=customers", url.Values{"kind": {"customers"}}, "file", "c.csv", []byte("company_name\nSample two\n")).Path
	for _, path := range []string{
		"/products", product, product + "/features", product + "/releases", product + "/usage-features", edition, edition + "/licenses",
		"/customers", customer, customer + "/sub-customers", customer + "/licenses",
	} {
		p := viewer.Get(t, path)
		if p.Status != 200 || p.Find(".app-actions").Length() != 0 || strings.Contains(p.Text(".app-tabs"), "History") {
			t.Errorf("%s: %d with %q", path, p.Status, p.Text(".app-actions, .app-tabs"))
		}
	}
	for _, path := range []string{
		"/products/new", product + "/edit", product + "/features/new", product + "/releases/put", product + "/editions/new", edition + "/edit",
		"/customers/new", customer + "/edit", customer + "/move", "/imports", "/imports/new", draft, product + "/history", customer + "/history",
	} {
		if p := viewer.Get(t, path); p.Status != 403 {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	for _, path := range []string{"/products/new", product + "/edit", edition + "/edit", "/customers/new", customer + "/superior", draft + "/start", draft + "/discard"} {
		if p := viewer.Post(t, path, url.Values{"name": {"X"}}); p.Status != 403 {
			t.Errorf("POST %s: %d", path, p.Status)
		}
	}
	sales := s.SignInAs(t, v, identity.Sales)
	if p := sales.Get(t, "/imports"); p.Status != 200 || !strings.Contains(p.Text(".app-actions"), "Import customers") {
		t.Errorf("sales at imports: %d %s", p.Status, p.Text("main"))
	}
}

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
