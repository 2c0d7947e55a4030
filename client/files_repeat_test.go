package client_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

// requestOf is the request that a licence file answers.
func requestOf(t *testing.T, license []byte) string {
	t.Helper()
	d, err := signed.ReadUnverified(license)
	if err != nil {
		t.Fatal(err)
	}
	var l signed.OfflineLicense
	if err := json.Unmarshal(d.Payload, &l); err != nil {
		t.Fatal(err)
	}
	return l.RequestID
}

// The same licence file once more is no mistake, and asks for nothing; neither is a later
// answer to its request.
func TestTheSameLicenceTwice(t *testing.T) {
	t.Parallel()
	c := carry(t)
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license := c.answer(t, f, err)
	if _, err := c.client.Install(license); err != nil {
		t.Fatal(err)
	}
	c.restart(t)
	if s, err := c.client.Install(license); !errors.Is(err, client.ErrInstalled) || !s.Valid() || strings.Contains(err.Error(), "request") {
		t.Errorf("%+v, %v", s, err)
	}
	c.server.Change(func(l *client.LicenseInfo) { l.LicenseName = "Renamed" })
	later := c.refreshed(t, license, func(l *signed.OfflineLicense) { l.RequestID = requestOf(t, license) })
	if s, err := c.client.Install(later); err != nil || s.License.LicenseName != "Renamed" {
		t.Errorf("answered again: %+v, %v", s, err)
	}
	if _, err := c.client.Install(license); !errors.Is(err, client.ErrOlderFile) {
		t.Errorf("the first answer, afterwards: %v", err)
	}
}

// A licence key, a client id that is a UUID and both pinned keys fit into one QR code; of more
// keys as many are named as there is room for.
func TestARequestOfAPinningProgramFitsAQRCode(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 8} {
		c := carry(t)
		c.config.ClientID = clienttest.ProductID
		for i := range n - 1 {
			c.config.PublicKeys = append(c.config.PublicKeys, publicOf(seeded(byte(80+i))))
		}
		c.restart(t)
		f, err := c.client.OfflineRequest(clienttest.LicenseKey)
		if err != nil || f.QR == "" || len(f.QR) > 800 {
			t.Fatalf("%d characters of QR, %v", len(f.QR), err)
		}
		sealed, err := signed.ParseSealed([]byte(f.QR))
		if err != nil {
			t.Fatal(err)
		}
		content, err := c.files.Open(sealed)
		if err != nil {
			t.Fatal(err)
		}
		r, err := signed.ParseActivationRequest(clienttest.VendorID, content)
		if err != nil || len(r.TrustedKeys) < 2 || len(r.TrustedKeys) > n {
			t.Fatalf("%v, %v", r.TrustedKeys, err)
		}
		for i, named := range r.TrustedKeys {
			if !signed.NamesKey(named, signed.KeyID(c.config.PublicKeys[i])) {
				t.Errorf("%q names no key that is pinned", named)
			}
		}
	}
}
