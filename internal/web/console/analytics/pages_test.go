package analytics_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

func TestOverviewAndAnalytics(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		x := servertest.Sell(t, s)
		x.License(t, "busy", 3)
		x.License(t, "calm", 1)
		x.Count(t)
		b := s.SignIn(t, x.NewVendor)
		servertest.Expects(t, b.Get(t, "/"), ".app-stats", "Licences2", ".app-stats", "Goodwill zone1", ".app-stats", "Used up1", ".app-stats", "Denied today1",
			".app-todo", "busy", "#main", "No activation left", ".app-figures", "Activated")
		servertest.Expects(t, b.Get(t, "/analytics?days=7"), ".app-stats", "Seen in 7 days3", ".app-figures", "1.2", ".app-figures", "Debian 12",
			".app-figures", "Germany", ".app-figures", "Standard")
		clients := b.Get(t, "/analytics/clients?days=7&by=version&value=1.2")
		servertest.Expects(t, clients, "h1", "Clients: 1.2", "#rows", "busy-0", "#rows", "calm-0")
		if rows := b.Get(t, "/analytics/clients?by=country&value=FR").Find("#rows tr").Length(); rows != 0 {
			t.Errorf("%d clients in a country without any", rows)
		}
		for _, by := range []string{"edition&value=" + x.Edition.UUID.String(), "system&value=Debian+12", "country&value=DE"} {
			if rows := b.Get(t, "/analytics/clients?by="+by).Find("#rows tr").Length(); rows != 3 {
				t.Errorf("%d clients by %s, want 3", rows, by)
			}
		}
		servertest.Expects(t, b.Get(t, "/analytics/usage"), "#main", "Nothing is reported yet")
		servertest.Expects(t, b.Get(t, "/analytics/clients?by=edition&value=nonsense&days=nonsense&product=nonsense"), "h1", "Clients")
	})
}

// Of a day on which nothing was reported there is no average: the chart has a gap, and
// its table a dash. Today is marked as going on.
func TestAnAverageHasGaps(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		x := servertest.Sell(t, s)
		x.License(t, "busy", 1)
		if a := s.Do(t, "POST", "/api/v2/isv/"+x.VendorID+"/data_gathering/usage_heartbeats_by_name", map[string]any{
			"client_id": "busy-0", "usage_heartbeat": []map[string]any{{"usage_feature_name": "Holes", "value": 12}},
		}, "ProvisioningKey", x.ProvisioningKey); a.Status != 200 {
			t.Fatalf("a report: %d %s", a.Status, a.Body)
		}
		x.Count(t)
		b := s.SignIn(t, x.NewVendor)
		rows := b.Get(t, "/analytics/usage?days=7").Find("figure:has(#average) tbody tr")
		if n := rows.Length(); n != 7 {
			t.Fatalf("%d days of averages", n)
		}
		if last := rows.Last(); !strings.HasSuffix(last.Find("th").Text(), ", so far") || last.Find("td").Text() != "12" || rows.First().Find("td").Text() != "—" {
			t.Errorf("the averages: %s", rows.Text())
		}
	})
}
