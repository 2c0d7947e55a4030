package vendors

import (
	"testing"
	_ "time/tzdata"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		v    Vendor
		good bool
	}{
		"good":          {Vendor{Slug: "acme", Name: "Acme", Zone: "Europe/Berlin", Plan: Pro}, true},
		"UTC":           {Vendor{Slug: "acme", Name: "Acme", Zone: "UTC", Plan: Trial}, true},
		"no name":       {Vendor{Zone: "UTC", Plan: Trial}, false},
		"no zone":       {Vendor{Slug: "acme", Name: "Acme", Plan: Trial}, false},
		"unknown zone":  {Vendor{Slug: "acme", Name: "Acme", Zone: "Europe/Atlantis", Plan: Trial}, false},
		"machine zone":  {Vendor{Slug: "acme", Name: "Acme", Zone: "Local", Plan: Trial}, false},
		"path as zone":  {Vendor{Slug: "acme", Name: "Acme", Zone: "../../etc/passwd", Plan: Trial}, false},
		"unknown plan":  {Vendor{Slug: "acme", Name: "Acme", Zone: "UTC", Plan: "gold"}, false},
		"control chars": {Vendor{Slug: "acme", Name: "Ac\x00me", Zone: "UTC", Plan: Trial}, false},
	} {
		if _, err := c.v.read(Vendor{}); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}
