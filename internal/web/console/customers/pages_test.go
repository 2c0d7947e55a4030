package customers_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// TestCustomerPages makes a small tree of customers, searches it, and moves a
// part of it and back.
func TestCustomerPages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		b := s.SignIn(t, s.Vendor(t, "Acme"))
		if p := b.Get(t, "/customers"); !strings.Contains(p.Text(".app-empty"), "No customers yet") {
			t.Errorf("the empty list: %s", p.Text("main"))
		}
		wrong := b.Post(t, "/customers/new", url.Values{"company_name": {""}, "email": {"nobody"}, "superior": {""}})
		if wrong.Status != 400 || !strings.Contains(wrong.Text("#company_name-error"), "must not be empty") || !strings.Contains(wrong.Text("#email-error"), "one e-mail address") {
			t.Errorf("a wrong customer: %d %s", wrong.Status, wrong.Text("main"))
		}
		top := b.Post(t, "/customers/new", url.Values{"company_name": {"Sample reseller"}, "customer_number": {"R-1"}, "email": {"desk@example.com"}})
		if top.Text("h1") != "Sample reseller" || !strings.Contains(top.Text("main"), "it stands at the top") || !strings.Contains(top.Text(".app-stats"), "Licences0") {
			t.Fatalf("a customer: %d at %s: %s", top.Status, top.Path, top.Text("main"))
		}
		below := b.Post(t, "/customers/new", url.Values{"company_name": {"=Sample customer"}, "superior": {"R-1"}})
		if !strings.Contains(below.Text(".app-crumbs"), "Sample reseller") || !strings.Contains(below.Text(".app-facts"), "SuperiorSample reseller") {
			t.Errorf("a sub-customer: %d %s", below.Status, below.Text("main"))
		}
		if p := b.Get(t, top.Path+"/sub-customers"); !strings.Contains(p.Text("tbody"), "=Sample customer") {
			t.Errorf("the sub-customers: %s", p.Text("main"))
		}
		searches(t, b)
		moves(t, b, top.Path, below.Path)
		if p := b.Fill(t, below.Path+"/edit", url.Values{"company_name": {"Other"}, "customer_number": {"R-1"}}); p.Status != 409 || !strings.Contains(p.Text("#customer_number-error"), "is another customer's") {
			t.Errorf("a number that is taken: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Fill(t, below.Path+"/edit", url.Values{"company_name": {"Other"}, "customer_number": {"K-9"}}); p.Path != below.Path || p.Text("h1") != "Other" {
			t.Errorf("an edit: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Get(t, below.Path+"/history"); !strings.Contains(p.Text("tbody"), "Namebefore: =Sample customer → after: Other") || strings.Contains(p.Text("tbody"), "R-1") {
			t.Errorf("the history: %s", p.Text("main"))
		}
		if p := b.Get(t, below.Path+"/licenses"); !strings.Contains(p.Text(".app-empty"), "holds no licence") {
			t.Errorf("the licences: %s", p.Text("main"))
		}
	})
}

func searches(t *testing.T, b *servertest.Browser) {
	t.Helper()
	b.Post(t, "/customers/new", url.Values{"company_name": {"Sample resort"}, "customer_number": {"R-2"}, "email": {"desk@resort.example"}})
	for query, want := range map[string]string{
		"q=sample+reseller":            "Sample reseller",
		"q=R-2":                        "Sample resort",
		"q=desk%40resort":              "Sample resort",
		"q=R-2&sort=-created_at":       "Sample resort",
		"q=desk&in=email":              "Sample reseller",
		"q=R-&in=customer_number":      "Sample reseller",
		"q=Sample+res&in=company_name": "Sample resort",
	} {
		if p := b.Get(t, "/customers?"+query); p.Status != 200 || !strings.Contains(p.Text("tbody"), want) {
			t.Errorf("%s: %d %s", query, p.Status, p.Text("#list"))
		}
	}
	if p := b.Get(t, "/customers?q=nobody"); !strings.Contains(p.Text(".app-empty"), "Nothing matches") {
		t.Errorf("a search for nobody: %s", p.Text("main"))
	}
	if p := b.Get(t, "/customers?format=csv"); !strings.Contains(p.Body, "'=Sample customer,") {
		t.Errorf("a formula in a file: %s", p.Body)
	}
	if p := b.Get(t, "/customers/matches?q=sample+res"); !strings.HasPrefix(p.Body, `[{"value":"Sample reseller (R-1)"`) || !strings.Contains(p.Body, "Sample resort (R-2)") {
		t.Errorf("the matches: %s", p.Body)
	}
}

func moves(t *testing.T, b *servertest.Browser, top, below string) {
	t.Helper()
	if p := b.Fill(t, top+"/move", url.Values{"superior": {"=Sample customer"}}); p.Status != 409 || !strings.Contains(p.Text("#superior-error"), "is this customer itself, or below it") {
		t.Errorf("a cycle: %d %s", p.Status, p.Text("main"))
	}
	if p := b.Fill(t, below+"/move", url.Values{"superior": {"sample res"}}); p.Status != 400 || !strings.Contains(p.Text("#superior-error"), "Sample resort (R-2)") {
		t.Errorf("a superior that fits two: %d %s", p.Status, p.Text("main"))
	}
	if p := b.Fill(t, below+"/move", url.Values{"superior": {"absent"}}); p.Status != 400 || !strings.Contains(p.Text("#superior-error"), "names no customer") {
		t.Errorf("an unknown superior: %d %s", p.Status, p.Text("main"))
	}
	p := b.Fill(t, below+"/move", url.Values{"superior": {""}})
	undo := p.Find(".app-flash form")
	if !strings.Contains(p.Text(".app-facts"), "it stands at the top") || undo.Length() != 1 {
		t.Fatalf("a move to the top: %d %s", p.Status, p.Text("main"))
	}
	form := url.Values{}
	for _, field := range undo.Find("input").EachIter() {
		form.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	if p := b.Post(t, strings.TrimPrefix(undo.AttrOr("action", ""), b.Base), form); !strings.Contains(p.Text(".app-facts"), "SuperiorSample reseller") {
		t.Errorf("the undo: %d %s", p.Status, p.Text("main"))
	}
}
