package console_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
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
	for _, path := range []string{"/products/new", product + "/edit", edition + "/edit", "/customers/new", customer + "/move", draft + "/start", draft + "/discard"} {
		if p := viewer.Post(t, path, url.Values{"name": {"X"}}); p.Status != 403 {
			t.Errorf("POST %s: %d", path, p.Status)
		}
	}
	sales := s.SignInAs(t, v, identity.Sales)
	if p := sales.Get(t, "/imports"); p.Status != 200 || !strings.Contains(p.Text(".app-actions"), "Import customers") {
		t.Errorf("sales at imports: %d %s", p.Status, p.Text("main"))
	}
}
