package geo_test

import (
	"net/netip"
	"testing"

	"chancery/internal/geo"
)

func TestCountry(t *testing.T) {
	t.Parallel()
	p, err := geo.Open("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	for address, want := range map[string]string{
		"8.8.8.8": "US", "::ffff:8.8.8.8": "US", "2001:4860:4860::8888": "US",
		"127.0.0.1": "", "10.1.2.3": "", "192.168.0.9": "", "fe80::1": "", "fd00::1": "", "::1": "",
	} {
		if got := p.Country(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is in %q, want %q", address, got, want)
		}
	}
}

func TestAMissingFileIsOneSentence(t *testing.T) {
	t.Parallel()
	if _, err := geo.Open(t.TempDir() + "/none.mmdb"); err == nil {
		t.Error("a missing file was opened")
	}
}
