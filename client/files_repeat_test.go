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
