package server

import (
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
	"chancery/signed"
)

// BenchmarkSession is a session's call in process, many at once as the writer
// groups them: opening, renewing, and opening and closing.
func BenchmarkSession(b *testing.B) {
	const licenses, each = 200, 50
	a, err := New(b.Context(), Config{Storage: wiring.Storage{Dir: filepath.Join(b.TempDir(), "data")}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Stop(b.Context()) })
	r := a.Rooms()
	v, err := r.CreateVendor(b.Context(), vendors.Create{Name: "Bench", Zone: "UTC"}, "owner@example.com")
	if err != nil {
		b.Fatal(err)
	}
	keys := make([]string, licenses)
	if err := r.DB.Run(b.Context(), func(t tx.Tx) error {
		vendor, _, err := r.VendorRows.Get(t, ident.VendorOf(1))
		if err != nil {
			return err
		}
		product, err := r.Catalog.CreateProduct(t, vendor.ID, catalog.Product{Name: "Bench"})
		if err != nil {
			return err
		}
		policy := terms.Defaults()
		policy.FloatingTokenLimit = terms.MaxTokens
		edition, err := r.Catalog.CreateEdition(t, vendor.ID, catalog.Edition{
			ProductUUID: product.UUID, Name: "Bench", Mode: terms.Floating, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: policy,
		})
		if err != nil {
			return err
		}
		customer, err := r.Customers.Create(t, vendor.ID, customers.Create{CompanyName: "Bench", Email: "bench@example.com"})
		if err != nil {
			return err
		}
		for i := range keys {
			l, err := r.Licenses.Issue(t, licensing.IssueCommand{Vendor: vendor.ID, Edition: edition.UUID, Customer: customer.UUID})
			if err != nil {
				return err
			}
			keys[i] = l.LicenseKey.String()
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	call := func(b *testing.B, name string, n int64) {
		b.Helper()
		body := `{"license_id":"` + keys[n%licenses] + `","client_id":"c` + strconv.FormatInt(n, 10) + `"}`
		q := httptest.NewRequestWithContext(b.Context(), "POST", "/api/v2/isv/"+v.VendorID+"/provisioning/session/"+name, strings.NewReader(body))
		q.Header.Set("Provisioningkey", v.ProvisioningKey)
		q.Header.Set(signed.AcceptSignatureHeader, signed.AcceptEd25519)
		q.Header.Set(signed.NonceHeader, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
		w := httptest.NewRecorder()
		a.edge.ServeHTTP(w, q)
		if w.Code != 200 {
			b.Error(w.Code, w.Body)
		}
	}
	var next atomic.Int64
	for name, calls := range map[string]struct {
		names []string
		many  int64
	}{
		"open": {[]string{"open"}, 1 << 40}, "renew": {[]string{"open"}, licenses * each}, "open and close": {[]string{"open", "close"}, 1 << 40},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetParallelism(32)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					n := next.Add(1) % calls.many
					for _, name := range calls.names {
						call(b, name, n)
					}
				}
			})
		})
	}
}
