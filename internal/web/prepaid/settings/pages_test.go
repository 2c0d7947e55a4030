package settings_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// The customer's own administrator sets its switches, and the vendor's staff do; its other
// people and its superior look, and others see nothing. The transfer code is its own people's.
func TestSwitches(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		admin := d.As(t, "shop", owners.Administrator)
		at := d.At("shop", "/settings")
		servertest.Says(t, admin.Get(t, at), "main", "Allow superior to manage licenses", "Off", "may not touch them")
		form := at + "/" + d.Customers["shop"]
		p := admin.Fill(t, form+"/edit", url.Values{"allow_superior": {"on"}, "accept_transfer": {"on"}, "next_card": {"on"}, "low_days": {"40"}, "very_low_days": {"9"}})
		servertest.Says(t, p, "main", "at 40 and at 9 days left")
		code := p.Text("dd .app-mono")
		servertest.Says(t, p, "main", "On", "may bind, unbind, lock, unlock and return")
		if p.Path != at || code == "" {
			t.Fatalf("saved at %s: %s", p.Path, p.Text("main"))
		}
		if again := admin.Fill(t, form+"/edit", nil).Text("dd .app-mono"); again != code {
			t.Errorf("saving the form as it is makes %s of %s", again, code)
		}
		if fresh := admin.Fill(t, form+"/renew", nil).Text("dd .app-mono"); fresh == code || fresh == "" {
			t.Errorf("renewed: %q", fresh)
		}

		mid := d.As(t, "mid", owners.Administrator)
		seen := mid.Get(t, d.At("mid", "/settings?customer="+d.Customers["shop"]))
		servertest.Says(t, seen, "main", "On", "Only an administrator of the customer itself sets this switch.")
		if seen.Find("dd .app-mono").Length() != 0 {
			t.Error("the superior sees the transfer code")
		}
		for who, b := range map[string]*servertest.Browser{"operator": d.As(t, "shop", owners.Operator), "viewer": d.As(t, "shop", owners.Viewer)} {
			if p := b.Get(t, at); p.Find("a[href*=edit]").Length() != 0 {
				t.Errorf("the %s is offered to change: %s", who, p.Text("main"))
			}
			for _, form := range []string{form + "/edit", form + "/renew"} {
				if p := b.Get(t, form); p.Status != 403 {
					t.Errorf("the %s opens %s: %d", who, form, p.Status)
				}
				if p := b.Post(t, form, url.Values{"allow_superior": {"on"}}); p.Status != 403 {
					t.Errorf("the %s sends %s: %d", who, form, p.Status)
				}
			}
		}
		for _, form := range []string{"/edit", "/renew"} {
			if p := mid.Post(t, d.At("mid", "/settings/"+d.Customers["shop"]+form), url.Values{}); p.Status != 403 {
				t.Errorf("the superior sends %s: %d", form, p.Status)
			}
		}
		rival := d.As(t, "rival", owners.Administrator)
		for _, foreign := range []string{
			at, form + "/edit", d.At("rival", "/settings?customer="+d.Customers["shop"]), d.At("rival", "/settings/"+d.Customers["shop"]+"/edit"),
		} {
			if p := rival.Get(t, foreign); p.Status != 404 {
				t.Errorf("rival opens %s: %d", foreign, p.Status)
			}
		}
		console := s.SignIn(t, d.Vendor)
		servertest.Says(t, console.Fill(t, "/prepaid/settings/"+d.Customers["shop"]+"/edit", url.Values{"allow_superior": {""}}), "main", "The settings were saved.", "may not touch them")
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if p := other.Get(t, "/prepaid/settings?customer="+d.Customers["shop"]); p.Status != 404 {
			t.Errorf("another vendor's staff: %d", p.Status)
		}
	})
}

// Staff set the vendor's days of grace.
func TestGrace(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		console := s.SignIn(t, d.Vendor)
		for _, wrong := range []string{"400", "-1", "", "many"} {
			if p := console.Fill(t, "/prepaid/settings/grace", url.Values{"grace_days": {wrong}}); p.Status != 400 || !strings.Contains(p.Text("main"), "must be a whole number") {
				t.Errorf("%q: %d %s", wrong, p.Status, p.Text("main"))
			}
		}
		servertest.Says(t, console.Fill(t, "/prepaid/settings/grace", url.Values{"grace_days": {"3"}}), "main", "Days of grace", "3")
		if p := d.As(t, "top", owners.Administrator).Get(t, d.At("top", "/settings/grace")); p.Status != 404 {
			t.Errorf("a customer opens the vendor's settings: %d", p.Status)
		}
	})
}
