package overview_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// A new vendor is led from nothing to its first client.
func TestFirstSteps(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Fresh")
		b := s.SignIn(t, v)
		servertest.Expects(t, b.Get(t, "/"), "h1", "First steps", ".app-step-next", "Create a product", ".app-steps", "Connect a client")
		x := servertest.Sell(t, s)
		b = s.SignIn(t, x.NewVendor)
		servertest.Expects(t, b.Get(t, "/"), ".app-step-next", "Issue a licence")
		x.License(t, "first", 0)
		p := b.Get(t, "/")
		servertest.Expects(t, p, ".app-step-next", "Connect a client", ".app-code", "export CHANCERY_CLIENT_VENDOR="+v.VendorID[:0]+x.VendorID,
			".app-code", "CHANCERY_CLIENT_PUBLIC_KEY="+x.Ed25519PublicKey)
		if copied, _ := p.Find("[data-copy]").Attr("data-copy"); !strings.Contains(copied, "chancery client activate") {
			t.Errorf("what is copied is %q", copied)
		}
		x.License(t, "second", 1)
		servertest.Expects(t, b.Get(t, "/"), "h1", "Overview")
	})
}
