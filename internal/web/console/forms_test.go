package console_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/server/servertest"
	"chancery/internal/terms"
)

// jsonNames are the names of a struct's fields but some.
func jsonNames[T any](but ...string) []string {
	var all []string
	for field := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !slices.Contains(but, name) {
			all = append(all, name)
		}
	}
	return all
}

// asks expects a form with a field for every name.
func asks(t *testing.T, p *servertest.Page, names ...string) {
	t.Helper()
	if p.Status != 200 {
		t.Fatalf("%s: %d %s", p.Path, p.Status, p.Text("main"))
	}
	for _, name := range names {
		if p.Find(`form.app-form [name="`+name+`"]`).Length() == 0 {
			t.Errorf("the form of %s has no field %s", p.Path, name)
		}
	}
}

// prefixed puts a row's prefix before its parts, which have names of their own where
// the grant's is longer.
func prefixed(prefix string, parts []string) []string {
	own := map[string]string{"is_active": "active", "expires_at": "expires"}
	all := make([]string, len(parts))
	for i, part := range parts {
		if short := own[part]; short != "" {
			part = short
		}
		all[i] = prefix + "." + part
	}
	return all
}

// TestEveryTermIsInAForm: what an edition fixes and what a licence may set for itself
// can be set in the console, whatever is added to the terms.
func TestEveryTermIsInAForm(t *testing.T) {
	t.Parallel()
	s := servertest.OpenShop(t, servertest.Start(t, servertest.SQLite(t)))
	ask := s.Get(t, "/products/"+s.Product+"/editions/new?copy="+s.Pro)
	asks(t, ask, jsonNames[terms.Policy]()...)
	for _, row := range servertest.Filled(ask)["rows"] {
		kind, _, _ := strings.Cut(row, ".")
		parts := map[string][]string{
			"feature":    jsonNames[terms.Feature]("id", "name", "description"),
			"limitation": jsonNames[terms.Limitation]("id", "name", "description"),
			"variable":   jsonNames[terms.Variable]("id", "name", "description"),
		}[kind]
		if len(parts) == 0 {
			t.Fatalf("a row of an unknown kind: %s", row)
		}
		asks(t, ask, prefixed(row, parts)...)
	}

	s.Manage(t, "PATCH", "/editions/"+s.Pro, servertest.Fields{"limitations": []servertest.Fields{
		{"name": "pages", "limit": 100, "reset": "month", "adjustable": true, "expires_license": true, "contract_allowed": 1000},
	}}, "id")
	named, _ := s.Issue(t, s.Pro, nil)
	floating, _ := s.Issue(t, s.Team, nil)
	change := map[string]*servertest.Page{"named": s.Get(t, "/licenses/"+named+"/change"), "floating": s.Get(t, "/licenses/"+floating+"/change")}
	for _, name := range jsonNames[terms.Overrides]("features", "limitations", "variables") {
		if at := `form.app-form [name="` + name + `"]`; change["named"].Find(at).Length()+change["floating"].Find(at).Length() == 0 {
			t.Errorf("no form of a licence has a field %s", name)
		}
	}
	for kind, want := range map[string]int{"feature-": 2, "limitation-": 1, "contract-": 1, "variable-": 1} {
		if n := change["named"].Find(`form.app-form [name^="` + kind + `"]`).Length(); n != want {
			t.Errorf("the form of a licence has %d fields %s, want %d", n, kind, want)
		}
	}
	// Each of these fields sets one of them; who adds another, adds its field.
	for name, n := range map[string]int{
		"feature":    len(jsonNames[terms.FeatureOverride]("id", "is_active", "expires_at")),
		"limitation": len(jsonNames[terms.LimitationOverride]("id", "limit", "unlimited", "contract_allowed")),
		"variable":   len(jsonNames[terms.VariableOverride]("id", "value")),
	} {
		if n != 0 {
			t.Errorf("a licence may set %d things of a %s that its form has no field for", n, name)
		}
	}
}

// TestOfflineUseAndTheContractOfAMeter are set where an edition is made, and stay as
// they are when the form is only looked at.
func TestOfflineUseAndTheContractOfAMeter(t *testing.T) {
	t.Parallel()
	s := servertest.OpenShop(t, servertest.Start(t, servertest.SQLite(t)))
	edition, row := "/editions/"+s.Pro, "limitation."+s.Limitation
	form := servertest.Filled(s.Get(t, edition+"/edit"))
	form.Set("offline_allowed", "on")
	form.Set(row+".expires_license", "on")
	refused := s.Fill(t, edition+"/edit", form)
	if got := refused.Text(`[id="` + row + `.contract_allowed-error"]`); refused.Status != 400 || !strings.Contains(got, "is needed") {
		t.Errorf("a contract that follows a limit of one month: %d %q", refused.Status, got)
	}
	form.Set(row+".contract_allowed", "lots")
	refused = s.Fill(t, edition+"/edit", form)
	if got := refused.Text(`[id="` + row + `.contract_allowed-error"]`); refused.Status != 400 || !strings.Contains(got, "must be a number") {
		t.Errorf("a contract of lots: %d %q", refused.Status, got)
	}
	form.Set(row+".contract_allowed", "1,000.5")
	servertest.Says(t, s.Fill(t, edition+"/edit", form), ".sell-said", "activated and renewed by a file")
	for range 2 { // the second time the form was only looked at
		id, err := ident.ParseUUID(s.Pro)
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Server.Program.Rooms().CatalogRows.EditionByUUID(t.Context(), s.Server.RoomID(t, s.Vendor), id)
		if err != nil || !e.Policy.OfflineAllowed || len(e.Grants.Limitations) != 1 {
			t.Fatalf("the edition: %+v %v", e, err)
		}
		if l := e.Grants.Limitations[0]; !l.ExpiresLicense || l.ContractAllowed == nil || *l.ContractAllowed != 1_000_500_000 {
			t.Errorf("the meter: %+v", l)
		}
		if same := s.Post(t, edition+"/edit", servertest.Filled(s.Get(t, edition+"/edit"))); same.Status != 200 || same.Path != edition {
			t.Fatalf("the form as it was: %d at %s", same.Status, same.Path)
		}
	}
}

// TestAFeatureEndsEarlierForOneLicence by a day of the licence's own.
func TestAFeatureEndsEarlierForOneLicence(t *testing.T) {
	t.Parallel()
	s := servertest.OpenShop(t, servertest.Start(t, servertest.SQLite(t)))
	id, _ := s.Issue(t, s.Pro, nil)
	ask := s.Get(t, "/licenses/"+id+"/change")
	is := ask.Find(`[name^="feature-"]:not([name^="feature-ends"])`).AttrOr("name", "")
	ends := ask.Find(`[name^="feature-ends"]`).AttrOr("name", "")
	form := servertest.Filled(ask)
	form.Set(is, "on")
	form.Set(ends, "2099-06-30")
	servertest.Says(t, s.Post(t, "/licenses/"+id+"/change", form), "main", "export")
	kept := s.Get(t, "/licenses/"+id+"/change")
	if got := servertest.Filled(kept); got.Get(is) != "on" || got.Get(ends) != "2099-06-30" {
		t.Errorf("what was set: %v", got)
	}
	again := servertest.Filled(kept)
	again.Set(ends, "")
	s.Post(t, "/licenses/"+id+"/change", again)
	if got := servertest.Filled(s.Get(t, "/licenses/"+id+"/change")); got.Get(is) != "on" || got.Get(ends) != "" {
		t.Errorf("after the day was taken back: %v", got)
	}
}
