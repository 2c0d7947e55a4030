package manage_test

import (
	"fmt"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	licensestore "chancery/internal/store/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestDeactivationsByCall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		w := b.furnish(t)
		path := "/api/v1/licenses/" + w["licenses"]
		says := func(what, want string, a answer) {
			t.Helper()
			got := strings.TrimSpace(fmt.Sprintln(a.body["deactivations_used"], a.body["deactivations_allowed"], a.body["dashboard_deactivations_used"],
				a.body["dashboard_deactivations_allowed"], a.body["api_deactivation_allowed"]))
			if a.status != 200 || got != want {
				t.Errorf("%s: %d %s, want %s", what, a.status, got, want)
			}
		}
		says("a new one", "0 <nil> 0 <nil> false", b.send(t, "GET", path, ""))
		says("with terms of its own", "0 2 0 1 true",
			b.send(t, "PATCH", path, `{"deactivation_allowance":2,"dashboard_deactivation_allowance":1,"api_deactivation_allowed":true}`))
		if a := b.send(t, "POST", path+"/release-all", ""); a.status != 200 || fmt.Sprint(a.body["released"], " ", a.body["more"]) != "1 false" {
			t.Errorf("%d %s", a.status, a.raw)
		}
		says("after staff released a device", "0 2 0 1 true", b.send(t, "GET", path, ""))
		b.activate(t, w, "client-2")
		id := must[ident.UUID](t)(ident.ParseUUID(w["licenses"]))
		storetest.Do(t, e, func(x tx.Tx) (licensing.Deactivation, error) {
			l := must[ident.LicenseID](t)(licensestore.New(e.DB).LicenseID(x, b.acme.ID, id))
			return b.licensing.Deactivate(x, licensing.DeactivateCommand{Vendor: b.acme.ID, License: l, By: licensing.ByDashboard})
		})
		says("after the owner released one", "1 2 1 1 true", b.send(t, "GET", path, ""))
		says("reset", "0 2 0 1 true", b.send(t, "POST", path+"/reset-deactivations", ""))
		says("the edition's again", "0 <nil> 0 <nil> false",
			b.send(t, "PATCH", path, `{"deactivation_allowance":null,"dashboard_deactivation_allowance":null,"api_deactivation_allowed":null}`))
	})
}
