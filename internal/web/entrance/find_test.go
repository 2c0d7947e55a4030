package entrance_test

import (
	"net/http"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// TestFindingTheVendor: the server's bare address leads people to where they sign in.
func TestFindingTheVendor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		nobody := s.Browser(t, wiring.NewVendor{}).Follow(t, s.Program.URL()+"/console/")
		if nobody.Find("#vendor").Length() != 0 || !strings.Contains(nobody.Text("main"), "chancery vendor create") {
			t.Errorf("with none: %d %s", nobody.Status, nobody.Text("main"))
		}
		v := s.Vendor(t, "Acme")
		b := s.Browser(t, v)
		if p := b.Follow(t, s.Program.URL()+"/console/"); p.Path != "/sign-in" {
			t.Errorf("with one vendor it leads to %s", p.Path)
		}
		s.Vendor(t, "Bolt")
		if p := b.Follow(t, s.Program.URL()+"/console/"); p.Status != 200 || p.Find("#vendor").Length() != 1 {
			t.Errorf("with two: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Follow(t, s.Program.URL()+"/console/?vendor=Acme"); p.Path != "/sign-in" {
			t.Errorf("named: %s", p.Path)
		}
		if p := b.Follow(t, s.Program.URL()+"/console/?vendor=nobody"); p.Status != 404 || !strings.Contains(p.Text(".alert"), "no “nobody”") {
			t.Errorf("unknown: %d %s", p.Status, p.Text("main"))
		}
		for accept, want := range map[string]int{"text/html,*/*": http.StatusSeeOther, "*/*": http.StatusSeeOther, "application/json": http.StatusNotFound} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Program.URL()+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", accept)
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("/ as %s: %d to %s", accept, res.StatusCode, res.Header.Get("Location"))
			}
		}
	})
}
