package search_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

func TestConsoleSearch(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		_, key := s.Issue(t, s.Edition, servertest.Fields{"name": "Müller Werk", "legacy_license_key": "OLD-77"})
		s.Activate(t, key, "drill-1", "hall-9")
		for text, want := range map[string]string{
			key[:8]: "LicencesMüller Werk", "muller": "Licences", "old-7": "Nothing is found for", "OLD-7": "Licences", "kir": "CustomersKirk AGK-1001",
			"k-10": "Customers", "drill": "Deviceshall-9", "HALL": "Devices", s.Vendor.OwnerEmail[:4]: "Users", "x": "at least two characters", "zzzz": "Nothing is found for",
			"<script>": "“<script>”", strings.Repeat("ä", 3000): "Nothing is found for",
		} {
			p := s.Get(t, "/search?q="+url.QueryEscape(text))
			servertest.Says(t, p, "#found", want)
			if p.Find("#found script").Length() != 0 {
				t.Errorf("%s gets into the page as it is", text)
			}
		}
	})
}

// What a person holds of a thing finds it: the id that its page offers to copy, a block
// of a key or its end, a later word of a name, the address in a firewall's log.
func TestConsoleSearchFindsByParts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Edition, servertest.Fields{"name": "Müller Werk Süd", "legacy_license_key": "OLD-77-kq9"})
		s.Issue(t, s.Edition, servertest.Fields{"name": "Other"})
		s.Manage(t, "PATCH", "/products/"+s.Product, servertest.Fields{"printed_keys": true}, "id")
		printed, _ := s.Issue(t, s.Edition, servertest.Fields{"name": "On paper"})
		letters := strings.ReplaceAll(s.Manage(t, "GET", "/licenses/"+printed, nil, "printed_key"), "-", "")
		s.Activate(t, key, "drill-1", "hall-9")
		token := s.Get(t, "/licenses/"+id+"/tokens").Find("#rows [data-copy]").First().AttrOr("data-copy", "")
		device := strings.TrimPrefix(s.Get(t, "/devices").Find("#rows .app-cell-link").First().AttrOr("href", ""), s.Base+"/devices/")
		other := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Grün & Söhne Bohrtechnik", "customer_number": "K-20"}, "id")
		mine := map[string]string{"license": "Müller Werk Süd"}
		for text, want := range map[string]string{
			id: mine["license"], strings.ToUpper(id): mine["license"], key: mine["license"],
			key[9:13]: mine["license"], key[14:18]: mine["license"], key[19:23]: mine["license"], key[9:18]: mine["license"], key[14:23]: mine["license"],
			key[24:]: mine["license"], key[19:]: mine["license"], key[32:]: mine["license"], key[31:]: mine["license"], strings.ToUpper(key[30:]): mine["license"],
			token[24:]: mine["license"], token[32:]: mine["license"],
			"werk": mine["license"], "werk su": mine["license"], "SÜD": mine["license"], "77-kq": mine["license"], "kq9": mine["license"],
			letters[5:10]: "On paper", letters[10:15]: "On paper", letters[15:]: "On paper", letters[16:]: "On paper", letters[12:]: "On paper",
			strings.ToLower(letters[10:15] + "-" + letters[15:]): "On paper",
			"K-1001": mine["license"], "k-1001": mine["license"],
			"bohr": "Grün & Söhne Bohrtechnik", "sohne bohr": "Grün & Söhne Bohrtechnik", other: "Grün & Söhne Bohrtechnik",
			"127.0.0.1": "hall-9", "127.0.": "hall-9", "::ffff:127.0.0.1": "hall-9", device: "hall-9",
		} {
			servertest.Says(t, s.Get(t, "/search?q="+url.QueryEscape(text)), "#found", want)
		}
		servertest.Says(t, s.Get(t, "/licenses?q=K-1001"), "#rows", mine["license"])
		servertest.Says(t, s.Get(t, "/licenses?q="+id), "#rows", mine["license"])
		servertest.Says(t, s.Get(t, "/customers?q=bohr"), "#rows", "Grün & Söhne Bohrtechnik")
		if rows := s.Get(t, "/licenses?q="+key[24:]).Find("#rows tr").Length(); rows != 1 {
			t.Errorf("the end of one key finds %d licences", rows)
		}
		s.Manage(t, "PATCH", "/customers/"+other, servertest.Fields{"company_name": "Lind Nord"}, "id")
		s.Manage(t, "PATCH", "/licenses/"+id, servertest.Fields{"name": "Haus West", "legacy_license_key": ""}, "id")
		for text, want := range map[string]string{"nord": "Lind Nord", "west": "Haus West", "bohr": "Nothing is found", "werk": "Nothing is found", "kq9": "Nothing is found"} {
			servertest.Says(t, s.Get(t, "/search?q="+text), "#found", want)
		}
	})
}
