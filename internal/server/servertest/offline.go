package servertest

import (
	"errors"
	"net/http"
	"testing"

	"chancery/client"
	"chancery/internal/wiring"
	"chancery/signed"
)

// OfflineConfig is the SDK's configuration of a device without internet, for which files are
// carried. That it opens a connection fails the test.
func OfflineConfig(t *testing.T, v wiring.NewVendor, product, id string) client.Config {
	t.Helper()
	key, err := signed.ParseKey(v.Ed25519PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sealing, err := signed.ParseSealingKey(v.X25519PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	c := client.Config{
		Offline: true, VendorID: v.VendorID, ProductID: product, StateDir: t.TempDir(), TombstoneDir: t.TempDir(), ClientID: id,
		SoftwareVersion: "1.0", Hostname: "press-" + id, SealingKey: sealing, HTTPClient: &http.Client{Transport: noNetwork{t}},
	}
	c.PublicKeys = append(c.PublicKeys, key)
	return c
}

type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("a device without internet calls %s", r.URL)
	return nil, errors.New("no network")
}
