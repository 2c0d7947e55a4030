package client_test

import (
	"os"
	"strings"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
)

func TestConfigSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*client.Config){
		"BaseURL":         func(c *client.Config) { c.BaseURL = "licences.example.com" },
		"https":           func(c *client.Config) { c.BaseURL = "http://licences.example.com" },
		"VendorID":        func(c *client.Config) { c.VendorID = "acme" },
		"ProductID":       func(c *client.Config) { c.ProductID = "../../../../../../../../../../etc/x" },
		"ProvisioningKey": func(c *client.Config) { c.ProvisioningKey = "" },
		"PublicKeys":      func(c *client.Config) { c.PublicKeys = nil },
		"StateDir":        func(c *client.Config) { c.StateDir = "" },
		"SoftwareVersion": func(c *client.Config) { c.SoftwareVersion = "" },
		"Identity":        func(c *client.Config) { c.Identity = 7 },
		"ClientID":        func(c *client.Config) { c.ClientID = "a\nb" },
	} {
		config := clienttest.New(t).Config(t)
		spoil(&config)
		if c, err := client.New(config); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v, %v", field, c, err)
		}
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	server := clienttest.New(t)
	id := func(config client.Config) string {
		c, err := client.New(config)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ClientID()
	}
	machine := server.Config(t)
	reinstalled := server.Config(t)
	if id(machine) != id(reinstalled) || len(id(machine)) != 32 {
		t.Error("PerMachine: a reinstall makes another client")
	}
	if strings.Contains(id(machine), "machine-1") {
		t.Error("PerMachine: the machine's id is sent")
	}
	other := machine
	other.ProductID = clienttest.VendorID
	if id(machine) == id(other) {
		t.Error("PerMachine: two products see the same id")
	}
	install := server.Config(t)
	install.Identity = client.PerInstall
	first := id(install)
	if first != id(install) {
		t.Error("PerInstall: an upgrade makes another client")
	}
	install.StateDir = t.TempDir()
	if first == id(install) {
		t.Error("PerInstall: a reinstall keeps the client")
	}
	bare := server.Config(t)
	bare.MachineID = func() (string, error) { return "", os.ErrNotExist }
	if kept := id(bare); kept != id(bare) {
		t.Error("without a machine id a new one is made each time")
	}
	own := server.Config(t)
	own.ClientID = "own"
	if id(own) != "own" {
		t.Error("ClientID is not used")
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	soon := b.server.Now().Add(day)
	five, two := 5.0, 2.0
	b.server.Change(func(l *client.LicenseInfo) {
		l.Features = []client.Feature{{Name: "export", IsActive: true}, {Name: "off"}, {Name: "trial", IsActive: true, ExpirationDate: &soon}}
		l.Limitations = []client.Limitation{{Name: "seats", Value: &five, Remaining: &two}, {Name: "free"}}
		l.Variables = []client.Variable{{Name: "region", Value: "EU"}}
	})
	if b.client.Feature("export") {
		t.Error("granted without a licence")
	}
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"export": true, "off": false, "trial": true, "unknown": false} {
		if b.client.Feature(name) != want {
			t.Errorf("feature %s is not %v", name, want)
		}
	}
	if l, ok := b.client.Limit("seats"); !ok || l.Value != 5 || *l.Remaining != 2 || l.Unlimited {
		t.Errorf("seats: %+v, %v", l, ok)
	}
	if l, ok := b.client.Limit("free"); !ok || !l.Unlimited {
		t.Errorf("free: %+v, %v", l, ok)
	}
	if _, ok := b.client.Limit("unknown"); ok {
		t.Error("an unknown limit is granted")
	}
	if v, ok := b.client.Variable("region"); !ok || v != "EU" {
		t.Errorf("region: %s, %v", v, ok)
	}
	b.server.Advance(day)
	if b.client.Feature("trial") || !b.client.Feature("export") {
		t.Error("a feature's own expiry is not judged")
	}
}
