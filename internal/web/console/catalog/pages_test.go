package catalog_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// TestCatalogPages makes a product, what it defines, and an edition, as a person
// without script would.
func TestCatalogPages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		b := s.SignIn(t, s.Vendor(t, "Acme"))
		if p := b.Get(t, "/products"); !strings.Contains(p.Text(".app-empty"), "No products yet") {
			t.Errorf("the empty list: %s", p.Text("main"))
		}
		if p := b.Post(t, "/products/new", url.Values{"maximum_inactive_days": {"0"}}); p.Status != 400 ||
			!strings.Contains(p.Text("#name-error"), "must not be empty") || !strings.Contains(p.Text("#maximum_inactive_days-error"), "between 1 and 36500") {
			t.Errorf("a product without a name: %d %s", p.Status, p.Text("main"))
		}
		product := b.Post(t, "/products/new", url.Values{"name": {"Plotter"}, "printed_keys": {"on"}, "latest_release": {"4.2"}, "maximum_inactive_days": {"90"}})
		if !strings.HasPrefix(product.Path, "/products/") || product.Text("h1") != "Plotter" || !strings.Contains(product.Text(".app-facts"), "Released after 90 days") {
			t.Fatalf("a product: %d at %s: %s", product.Status, product.Path, product.Text("main"))
		}
		if p := b.Post(t, "/products/new", url.Values{"name": {"Plotter"}}); p.Status != 409 || !strings.Contains(p.Text("#name-error"), "is taken") {
			t.Errorf("the name twice: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Get(t, product.Path+"/releases"); !strings.Contains(p.Text("tbody"), "4.2") || !strings.Contains(p.Text("tbody"), "the latest") {
			t.Errorf("the releases: %s", p.Text("main"))
		}
		if p := b.Fill(t, product.Path+"/releases/put", url.Values{"software_release": {"5.0"}, "description": {"=1+1"}, "latest": {"on"}}); !strings.Contains(p.Text("tbody"), "5.0the latest") {
			t.Errorf("a release: %s", p.Text("main"))
		}
		if p := b.Get(t, product.Path+"/releases?format=csv"); !strings.Contains(p.Body, "\n5.0,'=1+1,") {
			t.Errorf("a formula in a file: %s", p.Body)
		}
		definitionPages(t, b, product.Path)
		edition := editionPages(t, b, product.Path)
		editEdition(t, b, edition)
		if p := b.Get(t, product.Path); !strings.Contains(p.Text("tbody"), "Standard") {
			t.Errorf("the product's editions: %s", p.Text("main"))
		}
		if p := b.Get(t, edition+"/history"); !strings.Contains(p.Text("tbody"), "Edition updated") || !strings.Contains(p.Text("tbody"), "Activations by contractbefore: 3 → after: 4") {
			t.Errorf("the history: %s", p.Text("main"))
		}
	})
}

func definitionPages(t *testing.T, b *servertest.Browser, product string) {
	t.Helper()
	for kind, one := range map[string]string{"features": "feature", "limitations": "limitation", "variables": "variable"} {
		p := b.Post(t, product+"/"+kind+"/new", url.Values{"name": {"Export"}, "description": {"to a file"}})
		href := p.Find("tbody a").First().AttrOr("href", "")
		if p.Path != product+"/"+kind || !strings.Contains(p.Text("tbody"), "Export") || href == "" {
			t.Errorf("a %s: %d at %s: %s", one, p.Status, p.Path, p.Text("main"))
		}
		if p := b.Post(t, product+"/"+kind+"/new", url.Values{"name": {"Export"}}); p.Status != 400 || !strings.Contains(p.Text("#name-error"), "is taken") {
			t.Errorf("a %s twice: %d %s", one, p.Status, p.Text("main"))
		}
		p = b.Fill(t, strings.TrimPrefix(href, b.Base), url.Values{"name": {one + " export"}, "description": {"new"}})
		if p.Path != product+"/"+kind || !strings.Contains(p.Text("tbody"), one+" export") {
			t.Errorf("a %s renamed: %d at %s: %s", one, p.Status, p.Path, p.Text("main"))
		}
	}
	for _, kind := range []string{"usage-features", "usage-modules", "analytical-fields"} {
		if p := b.Post(t, product+"/"+kind+"/new", url.Values{"name": {"Pages"}}); !strings.Contains(p.Text("tbody"), "Pages") {
			t.Errorf("%s: %d %s", kind, p.Status, p.Text("main"))
		}
		if p := b.Post(t, product+"/"+kind+"/new", url.Values{"name": {"Pages"}}); p.Status != 400 {
			t.Errorf("%s twice: %d", kind, p.Status)
		}
		id := b.Get(t, product+"/"+kind).Find("tbody input[name=id]").AttrOr("value", "")
		p := b.Post(t, product+"/"+kind+"/delete", url.Values{"id": {id}})
		if !strings.Contains(p.Text("main"), "What clients reported of them goes with them") {
			t.Errorf("%s, before deleting: %d %s", kind, p.Status, p.Text("main"))
		}
		if p = b.Post(t, product+"/"+kind+"/delete", url.Values{"id": {id}, "sure": {"yes"}}); !strings.Contains(p.Text("main"), "was deleted") || strings.Contains(p.Text("tbody"), "Pages") {
			t.Errorf("%s, deleted: %d %s", kind, p.Status, p.Text("main"))
		}
	}
}

func editionPages(t *testing.T, b *servertest.Browser, product string) string {
	t.Helper()
	ask := b.Get(t, product+"/editions/new")
	form := servertest.Filled(ask)
	if form.Get("provisioning_mode") != "named" || form.Get("token_limit") != "1" || form.Get("freeride_days") != "7" {
		t.Errorf("the form's defaults: %v", form)
	}
	rows := form["rows"]
	if len(rows) != 3 {
		t.Fatalf("the form's grants: %v", rows)
	}
	wrong := servertest.Filled(ask)
	wrong.Set("name", "Standard")
	wrong.Set("token_limit", "")
	wrong.Set("expires_mode", "at")
	wrong.Set(rows[1]+".granted", "on")
	wrong.Set(rows[1]+".limit", "lots")
	p := b.Post(t, product+"/editions/new", wrong)
	if p.Status != 400 || !strings.Contains(p.Text(`[id="token_limit-error"]`), "is needed") || !strings.Contains(p.Text(`[id="expires_at-error"]`), "is needed") ||
		!strings.Contains(p.Text(`[id="`+rows[1]+`.limit-error"]`), "must be a number") || servertest.Filled(p).Get(rows[1]+".limit") != "lots" {
		t.Errorf("a wrong edition: %d %s", p.Status, p.Text(".app-error"))
	}
	wrong = servertest.Filled(ask)
	wrong.Set("name", "Standard")
	wrong.Set("heartbeat_period_days", "0")
	wrong.Set(rows[1]+".granted", "on")
	wrong.Set(rows[1]+".reset", "days")
	wrong.Set("new_features", "Print\nCut\nPrint")
	p = b.Post(t, product+"/editions/new", wrong)
	if p.Status != 400 || !strings.Contains(p.Text(`[id="heartbeat_period_days-error"]`), "between 1") ||
		!strings.Contains(p.Text(`[id="`+rows[1]+`.reset_days-error"]`), "between 1 and 3650") || !strings.Contains(p.Text(`[id="new_features-error"]`), "twice") {
		t.Errorf("what the service refuses: %d %s", p.Status, p.Text(".app-error"))
	}
	for name, value := range map[string]string{
		"name": "Standard", "token_limit": "3", "goodwill_token_limit": "1", "expires_mode": "at", "expires_at": "2099-12-31", "release_limit": "4.2",
		rows[0] + ".granted": "on", rows[0] + ".active": "on", rows[0] + ".adjustable": "on", rows[1] + ".granted": "on", rows[1] + ".limit": "1,000", rows[1] + ".reset": "month",
		"new_variables": "region = EU",
	} {
		form.Set(name, value)
	}
	p = b.Post(t, product+"/editions/new", form)
	for _, want := range []string{"up to 3 devices", "then 1 on goodwill", "until the end of 31 Dec 2099", "releases up to 4.2"} {
		if !strings.Contains(p.Text(".sell-said"), want) {
			t.Errorf("the summary lacks %q: %s", want, p.Text("main"))
		}
	}
	for _, want := range []string{"feature export", "1,000", "anew each month", "region", "EU"} {
		if !strings.Contains(p.Text("tbody"), want) {
			t.Errorf("the grants lack %q: %s", want, p.Text("tbody"))
		}
	}
	if p := b.Post(t, product+"/editions/new", form); p.Status != 409 || !strings.Contains(p.Text(`#name-error`), "is taken") {
		t.Errorf("the edition twice: %d %s", p.Status, p.Text("main"))
	}
	path := p.Path
	begun := b.Get(t, product+"/editions/new?start=app-store-sdk")
	servertest.Says(t, begun, "main", "Begin as", "It begins as App-store SDK")
	for field, want := range map[string]string{
		"name": "App-store SDK", "activation_buffer": "1000", "deactivation_allowance": "500", "dashboard_deactivation_allowance": "100",
	} {
		if got := begun.Find("#"+field).AttrOr("value", ""); got != want {
			t.Errorf("a starting point: %s is %q, want %s", field, got, want)
		}
	}
	if p := b.Get(t, product+"/editions/new?start=nothing"); p.Status != 404 {
		t.Errorf("a starting point that nobody knows: %d", p.Status)
	}
	copied := b.Get(t, product+"/editions/new?copy="+strings.TrimPrefix(path, "/editions/"))
	if got := servertest.Filled(copied); got.Get("token_limit") != "3" || got.Get("name") != "" || got.Get(rows[1]+".limit") != "1000" || got.Get("expires_at") != "2099-12-31" {
		t.Errorf("a copy: %v", got)
	}
	return path
}

func editEdition(t *testing.T, b *servertest.Browser, edition string) {
	t.Helper()
	first := b.Get(t, edition+"/edit")
	if !strings.Contains(first.Text("main"), "No licence of this edition exists yet") || first.Find("[name=provisioning_mode]").Length() != 0 {
		t.Errorf("the edit form: %s", first.Text("main"))
	}
	same := b.Post(t, edition+"/edit", servertest.Filled(first))
	if same.Path != edition || !strings.Contains(same.Text(".app-facts"), "Revision Part of the serial in every answer: it rises with every change1") {
		t.Errorf("a form that was only looked at: %s %s", same.Path, same.Text(".app-facts"))
	}
	form := servertest.Filled(first)
	form.Set("token_limit", "4")
	if p := b.Post(t, edition+"/edit", form); p.Path != edition || !strings.Contains(p.Text(".sell-said"), "up to 4 devices") {
		t.Errorf("an edit: %d %s", p.Status, p.Text("main"))
	}
	form.Set("token_limit", "5")
	if p := b.Post(t, edition+"/edit", form); p.Status != 409 || !strings.Contains(p.Text(".app-meanwhile tbody"), "Activations by contract4 devices5 devices") {
		t.Errorf("an edit of what was changed meanwhile: %d %s", p.Status, p.Text(".app-meanwhile"))
	}
}
