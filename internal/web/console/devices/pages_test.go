package devices_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleDevices(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		servertest.Says(t, s.Get(t, "/devices"), "main", "No device is activated yet")
		_, key := s.Issue(t, s.Edition, nil)
		s.Activate(t, key, "drill-1", "HALL-9")
		s.Activate(t, key, "drill-2", "hall-10")
		s.Activate(t, key, "saw-1", "") // on goodwill
		s.Call(t, "/provisioning/heartbeats", servertest.Fields{"product_id": s.Product, "client_id": "drill-1", "software_version": "2.0", "operating_system": "Linux 6"})
		names := func(query string) string {
			var all []string
			p := s.Get(t, "/devices"+query)
			if p.Status != 200 {
				t.Errorf("%s: %d", query, p.Status)
			}
			for _, word := range []string{"drill-1", "drill-2", "saw-1"} {
				if strings.Contains(p.Text("#rows"), word) {
					all = append(all, word)
				}
			}
			return strings.Join(all, " ")
		}
		for query, want := range map[string]string{
			"": "drill-1 drill-2 saw-1", "?q=drill": "drill-1 drill-2", "?q=hall-9": "drill-1", "?state=goodwill": "saw-1", "?state=silent": "", "?state=released": "",
			"?product=" + s.Product: "drill-1 drill-2 saw-1", "?product=x": "", "?before=2001-01-01": "", "?before=nonsense": "", "?sort=-last_seen": "drill-1 drill-2 saw-1",
			"?country=de": "",
		} {
			if got := names(query); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		href := strings.TrimPrefix(s.Get(t, "/devices?q=drill-1").Find("#rows a").First().AttrOr("href", ""), s.Base)
		servertest.Says(t, s.Get(t, href), "main", "HALL-9", "drill-1", "Basic", "Kirk AG", "2.0", "Linux 6", "Local network", "Its activations over time")
		servertest.Says(t, s.Get(t, href+"/heartbeats"), "#rows", "2.0")
		servertest.Refuses(t, s.Fill(t, href+"/suspend", url.Values{"until": {""}}), "until", "is needed")
		servertest.Refuses(t, s.Fill(t, href+"/suspend", url.Values{"until": {"2001-01-01"}}), "until", "must lie in the future")
		servertest.Says(t, s.Fill(t, href+"/suspend", url.Values{"until": {"2090-01-01"}}), "main", "is suspended until", "Undo", "Every call of this device is refused")
		if got := names("?state=suspended"); got != "drill-1" {
			t.Errorf("suspended: %s", got)
		}
		servertest.Says(t, s.Post(t, href+"/resume", nil), "main", "may call again", "Active")
		servertest.Says(t, s.Post(t, href+"/release", nil), "main", "The device was released", "released by staff")
		if p := s.Post(t, href+"/release", nil); p.Status != 404 {
			t.Errorf("releasing twice: %d", p.Status)
		}
		if got := names("?state=released"); got != "drill-1" {
			t.Errorf("released: %s", got)
		}
		_, key = s.Issue(t, s.Edition, servertest.Fields{"offline_allowed": true, "xml_files_allowed": true})
		if a := server.Do(t, "GET", "/api/v2/isv/"+s.Vendor.VendorID+"/provisioning/activations/offline?product_id="+s.Product+
			"&license_key="+key+"&client_id=mill-1", nil); a.Status != 200 {
			t.Fatalf("a file: %d %s", a.Status, a.Body)
		}
		mill := strings.TrimPrefix(s.Get(t, "/devices?q=mill-1").Find("#rows a").First().AttrOr("href", ""), s.Base)
		servertest.Says(t, s.Get(t, mill+"/release"), "main", "has a licence file, and goes on with that without an end")
		servertest.Says(t, s.Get(t, mill), "main", "It has a licence file.")
		servertest.Says(t, s.Post(t, mill+"/release", nil), "main", "The device was released")
		if csv := s.Get(t, "/devices?format=csv"); !strings.Contains(csv.Body, "drill-2") {
			t.Errorf("the file: %s", csv.Body)
		}
	})
}
