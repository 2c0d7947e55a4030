package edge_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"chancery/internal/edge"
)

func clientAddress(t *testing.T, trusted, peer string, xff []string) (address string) {
	t.Helper()
	b := setup(t, func(c *edge.Config) {
		if trusted != "" {
			c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(trusted)}
		}
	})
	b.mount(t, edge.Route{
		Surface: &edge.Surface{Name: "s"}, Method: "GET", Path: "/", Public: "test",
		Handler: func(_ http.ResponseWriter, r *http.Request) error {
			address = edge.ClientAddress(r.Context()).String()
			return nil
		},
	})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	r.Header["X-Forwarded-For"] = xff
	b.ServeHTTP(httptest.NewRecorder(), r)
	return address
}
