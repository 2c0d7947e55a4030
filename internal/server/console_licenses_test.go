package server_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// shop is a vendor that sells, with somebody signed in to its console.
type shop struct {
	*servertest.Browser

	server                            *servertest.Server
	vendor                            wiring.NewVendor
	product, edition, pro, team, crew string // editions: named, named with adjustable grants, floating, for users
	customer                          string
	limitation                        string
}

type fields map[string]any

// manage calls the management API, and gives a field of the answer.
func (s *shop) manage(t *testing.T, method, path string, body fields, field string) string {
	t.Helper()
	var in any
	if body != nil {
		in = body
	}
	a := s.server.Do(t, method, "/api/v1"+path, in, "Authorization", "Bearer "+s.vendor.AdminKey)
	if a.Status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	if field == "" {
		return ""
	}
	var out map[string]any
	a.JSON(t, &out)
	text, _ := out[field].(string)
	return text
}

func openShop(t *testing.T, server *servertest.Server) *shop {
	t.Helper()
	s := &shop{server: server, vendor: server.Vendor(t, "Acme")}
	s.Browser = server.SignIn(t, s.vendor)
	s.product = s.manage(t, "POST", "/products", fields{"name": "Drill", "printed_keys": true}, "id")
	edition := func(name string, more fields) string {
		body := fields{"product_id": s.product, "name": name}
		maps.Copy(body, more)
		return s.manage(t, "POST", "/editions", body, "id")
	}
	s.edition = edition("Basic", fields{"token_limit": 2, "goodwill_token_limit": 1})
	s.pro = edition("Pro", fields{
		"token_limit": 3, "features": []fields{{"name": "export", "is_active": false, "adjustable": true}},
		"limitations": []fields{{"name": "pages", "limit": 100, "reset": "month", "adjustable": true}},
		"variables":   []fields{{"name": "region", "value": "eu", "adjustable": true}},
	})
	var pro struct{ Limitations []struct{ ID string } }
	s.server.Do(t, "GET", "/api/v1/editions/"+s.pro, nil, "Authorization", "Bearer "+s.vendor.AdminKey).JSON(t, &pro)
	s.limitation = pro.Limitations[0].ID
	s.team = edition("Team", fields{"provisioning_mode": "floating", "floating_token_limit": 2})
	s.crew = edition("Crew", fields{"client_type": "users", "token_limit": 3})
	s.customer = s.manage(t, "POST", "/customers", fields{"company_name": "Kirk AG", "customer_number": "K-1001", "email": "kirk@example.com"}, "id")
	return s
}

// issue issues a licence by the API.
func (s *shop) issue(t *testing.T, edition string, more fields) (id, key string) {
	t.Helper()
	body := fields{"edition_id": edition, "customer_id": s.customer}
	maps.Copy(body, more)
	var l struct {
		ID  string `json:"id"`
		Key string `json:"license_key"`
	}
	a := s.server.Do(t, "POST", "/api/v1/licenses", body, "Authorization", "Bearer "+s.vendor.AdminKey)
	if a.Status != 201 {
		t.Fatalf("issue: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &l)
	return l.ID, l.Key
}

// call calls the clients' surface.
func (s *shop) call(t *testing.T, path string, body fields) {
	t.Helper()
	if a := s.server.Do(t, "POST", "/api/v2/isv/"+s.vendor.VendorID+path, body, "ProvisioningKey", s.vendor.ProvisioningKey); a.Status != 200 {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
}

func (s *shop) activate(t *testing.T, key, client, host string) {
	t.Helper()
	s.call(t, "/provisioning/activations", fields{"product_id": s.product, "license_key": key, "client_id": client, "hostname": host, "software_version": "1.0"})
}

// says expects a page with all of these in the text of a selector.
func says(t *testing.T, p *servertest.Page, selector string, all ...string) {
	t.Helper()
	text := p.Text(selector)
	for _, want := range all {
		if p.Status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d, without %q in %s: %s", p.Path, p.Status, want, selector, text)
		}
	}
}

// refuses expects a form that comes back with a message beside a field.
func refuses(t *testing.T, p *servertest.Page, field, message string) {
	t.Helper()
	at := "#" + field + "-error"
	if field == "" {
		at = ".alert"
	}
	if p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Text(at), message) {
		t.Errorf("%s: %d, %s says %q, and not %q", p.Path, p.Status, field, p.Text(at), message)
	}
}

func TestConsoleIssuesALicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := openShop(t, server)
		says(t, s.Get(t, "/licenses"), "main", "No licences yet", "Issue a licence")
		empty := s.Post(t, "/licenses/new", url.Values{"licensee_email": {"not an address"}, "name": {"Site A"}})
		refuses(t, empty, "edition_id", "must be chosen")
		refuses(t, empty, "customer", "is needed")
		if empty.Find("#name").AttrOr("value", "") != "Site A" {
			t.Error("what was typed is lost")
		}
		looked := s.Get(t, "/licenses/new?look=1&customer=kirk&name=Site+B&edition_id="+s.pro)
		says(t, looked, "aside", "3 activations", "To kirk@example.com", "Site B", s.product, "made when you issue it")
		if looked.Find("#name").AttrOr("value", "") != "Site B" || looked.Find("input[id^=limitation-]").Length() != 1 {
			t.Errorf("looking up loses what was typed: %s", looked.Text("main"))
		}
		s.manage(t, "POST", "/customers", fields{"company_name": "Kirkland", "customer_number": "K-2002"}, "id")
		several := url.Values{"edition_id": {s.edition}, "customer": {"kirk"}, "licensee_email": {"a@example.com"}}
		which := s.Post(t, "/licenses/new", several)
		refuses(t, which, "customer", "is meant by several customers")
		if which.Find("input[name=customer_id]").Length() != 2 {
			t.Error("the customers who may be meant are not offered")
		}
		if a := s.Get(t, "/customers/matches?q=kirk"); a.Status != 200 || !strings.Contains(a.Body, `"Kirk AG (K-1001)"`) || strings.Contains(a.Body, "<") {
			t.Errorf("suggestions: %d %s", a.Status, a.Body)
		}
		done := s.Post(t, "/licenses/new", url.Values{
			"edition_id": {s.pro}, "customer": {"Kirk AG (K-1001)"}, "name": {"Site A"}, "token_limit": {"7"}, "expires_mode": {"at"}, "expires_at": {"2099-12-31"},
			"limitation-" + s.limitation: {"2,500"},
		})
		says(t, done, "main", "The licence was issued to Kirk AG", "Site A", "kirk@example.com", "7 devices", "edition: 3", "2,500", "31 Dec 2099")
		if done.Find(".app-key [data-copy]").Length() != 1 {
			t.Error("there is no copy button beside the key")
		}
		wrong := s.Post(t, "/licenses/new", url.Values{"edition_id": {s.pro}, "customer": {"K-1001"}, "token_limit": {"many"}, "expires_mode": {"at"}, "limitation-" + s.limitation: {"x"}})
		refuses(t, wrong, "token_limit", "must be a whole number")
		refuses(t, wrong, "expires_at", "is needed")
		refuses(t, wrong, "limitation-"+s.limitation, "must be a whole number")
		broken := s.Post(t, "/licenses/new", url.Values{"edition_id": {s.pro}, "customer": {"K-1001"}, "limitation-" + s.limitation: {"2.5"}})
		refuses(t, broken, "limitation-"+s.limitation, "must be a whole number")
		made := s.Post(t, "/licenses/new", url.Values{"edition_id": {s.edition}, "who": {"new"}, "company_name": {"Lind & Co"}, "email": {"lind@example.com"}})
		says(t, made, "main", "The licence was issued to Lind & Co", "lind@example.com")
		refuses(t, s.Post(t, "/licenses/new", url.Values{"edition_id": {s.edition}, "who": {"new"}, "company_name": {"Nobody's"}, "email": {"x"}}), "email", "must be one e-mail address")
		if text := s.Get(t, "/search?q=nobody"); strings.Contains(text.Text("#found"), "Nobody") {
			t.Error("a refused licence left its customer behind")
		}
	})
}

func TestConsoleListOfLicences(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := openShop(t, server)
		first, key := s.issue(t, s.edition, fields{"name": "First", "licensee_email": "ann@example.com"})
		second, _ := s.issue(t, s.team, fields{"name": "=1+1"})
		for query, want := range map[string]string{
			"": "=1+1 First", "?q=fir": "First", "?q=" + key[:10]: "First", "?q=ann@": "First", "?q=zzz": "", "?state=off": "", "?state=on": "=1+1 First",
			"?product=" + s.product: "=1+1 First", "?edition=" + s.team: "=1+1", "?customer=" + s.customer: "=1+1 First", "?edition=x": "", "?q=%00": "",
			"?licensee=ann%40example.com&state=on": "First",
		} {
			if got := s.Get(t, "/licenses"+query).Text("#rows td:nth-child(2) .app-cell-link"); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		csv := s.Get(t, "/licenses?format=csv")
		if !strings.Contains(csv.Body, "'=1+1") || !strings.Contains(csv.Body, key) || !strings.HasPrefix(csv.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("the file: %s", csv.Body)
		}
		off := s.Post(t, "/licenses/switch-off", url.Values{"id": {first, second}})
		says(t, off, "#flash", "2 licences were switched off", "Undo")
		says(t, s.Get(t, "/licenses?state=off"), "#rows", "First", "=1+1")
		undo := off.Find("#flash form")
		back := s.Post(t, strings.TrimPrefix(undo.AttrOr("action", ""), s.Base), url.Values{"id": {undo.Find("input").AttrOr("value", "")}})
		says(t, back, "#flash", "2 licences were switched on")
		says(t, s.Post(t, "/licenses/switch-off", nil), "#flash", "Nothing is ticked")
		says(t, s.Post(t, "/licenses/switch-off", url.Values{"id": {"nonsense"}}), "#flash", "not one of the list")
		if p := s.Post(t, "/licenses/switch-off", url.Values{"id": {s.product}}); p.Status != 404 {
			t.Errorf("an unknown licence: %d", p.Status)
		}
	})
}

func TestConsolePageOfALicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := openShop(t, server)
		id, key := s.issue(t, s.pro, fields{"name": "Site A"})
		page := "/licenses/" + id
		s.activate(t, key, "drill-1", "hall-9")
		s.activate(t, key, "drill-2", "hall-10")
		says(t, s.Get(t, page), "main", key, "Valid", "2 of 3", "export", "pages", "region", "Kirk AG", "Nobody was refused")
		says(t, s.Get(t, page), "aside", "kirk@example.com", "Your licence of Drill")
		says(t, s.Post(t, page+"/mail", nil), "#flash", "on its way")
		if n := s.Get(t, page).Find(".app-mailed").Length(); n != 2 {
			t.Errorf("%d mails are shown, want 2", n)
		}
		says(t, s.Get(t, page+"/devices"), "#rows", "hall-9", "drill-2", "Active")
		says(t, s.Get(t, page+"/tokens"), "#rows", "In use", "Free")
		if csv := s.Get(t, page+"/tokens?format=csv"); strings.Count(csv.Body, "\n") != 4 {
			t.Errorf("token keys: %s", csv.Body)
		}
		says(t, s.Get(t, page+"/meters"), "main", "pages", "Allowed", "100")
		says(t, s.Get(t, page+"/usage"), "main", "Nothing was reported")

		change := s.Get(t, page+"/change")
		if change.Find("#token_limit").AttrOr("placeholder", "") != "edition: 3" || change.Find("#name").AttrOr("value", "") != "Site A" {
			t.Errorf("the form: %s", change.Text("main"))
		}
		form := url.Values{"name": {"Site B"}, "licensee_email": {"b@example.com"}, "token_limit": {"5"}, "freeride_days": {"30"}, "expires_mode": {"never"}}
		says(t, s.Post(t, page+"/change", form), "main", "The licence was changed", "Site B", "5 devices", "30 days", "edition: 7")
		form.Set("token_limit", "1")
		refuses(t, s.Post(t, page+"/change", form), "", "can't be lowered")
		form.Set("token_limit", "")
		form.Set("freeride_days", "")
		form.Set("expires_mode", "")
		if back := s.Post(t, page+"/change", form); back.Status != 200 || strings.Contains(back.Text("main"), "edition: ") {
			t.Errorf("back to the edition's: %s", back.Text("main"))
		}
		says(t, s.Post(t, page+"/add-tokens", url.Values{"tokens": {"2"}}), "#flash", "now says 5 activations")
		refuses(t, s.Post(t, page+"/add-tokens", url.Values{"tokens": {"0"}}), "tokens", "other than 0")
		refuses(t, s.Post(t, page+"/extend", url.Values{"expires_at": {"2001-01-01"}}), "expires_at", "must be today")
		says(t, s.Post(t, page+"/extend", url.Values{"expires_at": {"2090-06-30"}}), "main", "30 Jun 2090")

		off := s.Post(t, page+"/switch-off", nil)
		says(t, off, "main", "The licence was switched off", "Undo", "Nothing can be activated")
		says(t, s.Post(t, page+"/switch-on", nil), "main", "switched on", "Valid")
		says(t, s.Post(t, page+"/move", url.Values{"edition_id": {s.edition}}), "main", "moved", "Basic")
		refuses(t, s.Post(t, page+"/move", url.Values{"edition_id": {s.team}}), "", "same product, provisioning mode")
		other := s.manage(t, "POST", "/customers", fields{"company_name": "Lind", "customer_number": "L-1"}, "id")
		says(t, s.Post(t, page+"/hand-over", url.Values{"customer": {"L-1"}, "licensee_email": {"l@example.com"}}), "main", "handed over", "Lind")
		refuses(t, s.Post(t, page+"/hand-over", url.Values{"customer": {"nobody"}, "licensee_email": {"l@example.com"}}), "customer", "is needed")
		if other == "" {
			t.Error("no other customer")
		}
		says(t, s.Get(t, page+"/history"), "main", "Licence changed", "Activations by contract", "before: Kirk AG → after: Lind", "before: Site A → after: Site B", "before: Pro → after: Basic")
		says(t, s.Post(t, page+"/release-all", nil), "#flash", "2 devices were released")
		says(t, s.Post(t, page+"/end", nil), "main", "Expired")
		if p := s.Get(t, "/licenses/"+s.product); p.Status != 404 {
			t.Errorf("no licence: %d", p.Status)
		}
	})
}

func TestConsoleReleasesSeveralDevicesOnceItIsConfirmed(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := openShop(t, server)
		id, key := s.issue(t, s.pro, nil)
		s.activate(t, key, "drill-1", "hall-1")
		s.activate(t, key, "drill-2", "hall-2")
		var ids []string
		s.Get(t, "/licenses/"+id+"/devices").Find("#rows input[name=id]").Each(func(_ int, box *goquery.Selection) { ids = append(ids, box.AttrOr("value", "")) })
		asked := s.Post(t, "/licenses/"+id+"/release", url.Values{"id": ids})
		if asked.Status != 409 || !strings.Contains(asked.Text("main"), "Release 2 devices?") {
			t.Fatalf("%d %s", asked.Status, asked.Text("main"))
		}
		says(t, s.Get(t, "/licenses/"+id+"/devices"), "#rows", "hall-1", "hall-2")
		form := url.Values{}
		asked.Find("form.app-form input").Each(func(_ int, i *goquery.Selection) { form.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
		says(t, s.Post(t, "/licenses/"+id+"/release", form), "main", "2 devices were released", "No device is activated")
		says(t, s.Get(t, "/licenses/"+id+"/devices?state=past"), "#rows", "Released", "hall-1")
	})
}

func TestConsoleMetersAndUsers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := openShop(t, server)
		id, key := s.issue(t, s.pro, nil)
		s.activate(t, key, "drill-1", "hall-1")
		s.call(t, "/data_gathering/consumption_heartbeats", fields{
			"client_id": "drill-1", "consumption_heartbeat": []fields{{"limitation_id": s.limitation, "value": 12.5, "external_id": "x"}},
		})
		s.call(t, "/data_gathering/usage_heartbeats_by_name", fields{"client_id": "drill-1", "usage_heartbeat": []fields{{"usage_feature_name": "holes", "value": 4}}})
		meters := "/licenses/" + id + "/meters"
		says(t, s.Get(t, meters), "main", "12.5", "Consumed per day")
		says(t, s.Post(t, meters+"/"+s.limitation+"/add", url.Values{"value": {"7.5"}, "reason": {"read by hand"}}), "main", "7.5 was added: 20 is consumed", "read by hand", "drill-1")
		refuses(t, s.Post(t, meters+"/"+s.limitation+"/add", url.Values{"value": {"x"}, "reason": {"y"}}), "value", "must be a number")
		refuses(t, s.Post(t, meters+"/"+s.limitation+"/add", url.Values{"value": {"1"}}), "reason", "must not be empty")
		entry := s.Get(t, meters+"/"+s.limitation).Find("#rows a[href*=take-back]").First().AttrOr("href", "")
		says(t, s.Post(t, strings.TrimPrefix(entry, s.Base), url.Values{"reason": {"a mistake"}}), "main", "The entry was taken back", "taken back")
		says(t, s.Get(t, "/licenses/"+id+"/usage"), "main", "holes")
		says(t, s.Get(t, "/licenses/"+id+"/history"), "main", "Meter adjusted", "read by hand")

		crew, _ := s.issue(t, s.crew, nil)
		says(t, s.Get(t, "/licenses/"+crew+"/users"), "main", "No named users")
		says(t, s.Post(t, "/licenses/"+crew+"/users/add", url.Values{"user_id": {"ann\nbob\n"}}), "main", "2 users were added", "ann", "bob")
		refuses(t, s.Post(t, "/licenses/"+crew+"/users/add", url.Values{"user_id": {"1\n2"}}), "", "as many users")
		removed := s.Post(t, "/licenses/"+crew+"/users/remove", url.Values{"id": {"ann"}})
		says(t, removed, "main", "1 user was removed", "Undo")
		says(t, s.Post(t, "/licenses/"+id+"/users/remove", url.Values{"id": {"ann"}}), "#flash", "client type devices")
	})
}

func TestConsoleHandsOutLicenceFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := openShop(t, server)
		id, key := s.issue(t, s.edition, fields{"offline_allowed": true})
		s.activate(t, key, "drill-1", "hall-9")
		page := "/licenses/" + id + "/files"
		shown := s.Get(t, page)
		says(t, shown, "main", "hall-9 (drill-1)", "Download license.xml")
		token := shown.Find("#token_key option").Eq(1).AttrOr("value", "")
		for _, of := range []string{"", token} {
			file := s.Post(t, page, url.Values{"token_key": {of}})
			if file.Status != 200 || !strings.Contains(file.Body, "<slascone_license_file ") || !strings.Contains(file.Body, key) ||
				strings.Contains(file.Body, "drill-1") != (of != "") || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%d %s", file.Status, file.Body)
			}
		}
		says(t, s.Get(t, "/licenses/"+id+"/history"), "main", "Licence file issued", "drill-1")
		online, _ := s.issue(t, s.pro, nil)
		says(t, s.Get(t, "/licenses/"+online+"/files"), "main", "may not be used offline")
		if p := s.Post(t, "/licenses/"+online+"/files", nil); p.Status != 409 {
			t.Errorf("a file of a licence that is not offline: %d", p.Status)
		}
	})
}
