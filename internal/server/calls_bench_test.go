package server

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
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

// BenchmarkHeartbeat is a heartbeat in process, without the network: what the
// server itself costs. `make bench` measures the whole.
func BenchmarkHeartbeat(b *testing.B) {
	const clients = 1000
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
	var product catalog.Product
	if err := r.DB.Run(b.Context(), func(t tx.Tx) error {
		vendor, _, err := r.VendorRows.Get(t, ident.VendorOf(1))
		return errBenchSetup(t, r, vendor, err, clients, &product)
	}); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		i++
		body := `{"product_id":"` + product.UUID.String() + `","client_id":"c` + strconv.Itoa(i%clients) + `","software_version":"1","operating_system":"Linux"}`
		q := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v2/isv/"+v.VendorID+"/provisioning/heartbeats", strings.NewReader(body))
		q.Header.Set("Provisioningkey", v.ProvisioningKey)
		q.Header.Set(signed.AcceptSignatureHeader, signed.AcceptEd25519)
		q.Header.Set(signed.NonceHeader, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
		w := httptest.NewRecorder()
		a.edge.ServeHTTP(w, q)
		if w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func errBenchSetup(t tx.Tx, r *wiring.Rooms, vendor vendors.Vendor, err error, clients int, product *catalog.Product) error {
	if err != nil {
		return err
	}
	if *product, err = r.Catalog.CreateProduct(t, vendor.ID, catalog.Product{Name: "Bench"}); err != nil {
		return err
	}
	edition, err := r.Catalog.CreateEdition(t, vendor.ID, catalog.Edition{
		ProductUUID: product.UUID, Name: "Bench", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: terms.Defaults(),
	})
	if err != nil {
		return err
	}
	customer, err := r.Customers.Create(t, vendor.ID, customers.Create{CompanyName: "Bench", Email: "bench@example.com"})
	if err != nil {
		return err
	}
	for i := range clients {
		if _, err := r.Licenses.Issue(t, licensing.IssueCommand{
			Vendor: vendor.ID, Edition: edition.UUID, Customer: customer.UUID, ActivateFor: "c" + strconv.Itoa(i),
		}); err != nil {
			return err
		}
	}
	return nil
}
