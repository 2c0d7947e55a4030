package search_test

import (
	"net/url"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleSearch(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		_, key := s.Issue(t, s.Edition, servertest.Fields{"name": "Müller Werk", "legacy_license_key": "OLD-77"})
		s.Activate(t, key, "drill-1", "hall-9")
		for text, want := range map[string]string{
			key[:8]: "LicencesMüller Werk", "muller": "Licences", "old-7": "Nothing begins with", "OLD-7": "Licences", "kir": "CustomersKirk AGK-1001",
			"k-10": "Customers", "drill": "Deviceshall-9", "HALL": "Devices", s.Vendor.OwnerEmail[:4]: "Users", "x": "at least two characters", "zzzz": "Nothing begins with",
			"<script>": "“<script>”",
		} {
			p := s.Get(t, "/search?q="+url.QueryEscape(text))
			servertest.Says(t, p, "#found", want)
			if p.Find("#found script").Length() != 0 {
				t.Errorf("%s gets into the page as it is", text)
			}
		}
	})
}
