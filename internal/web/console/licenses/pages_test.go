package licenses_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server/servertest"
)

func TestConsoleIssuesALicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		servertest.Says(t, s.Get(t, "/licenses"), "main", "No licences yet", "Issue a licence")
		empty := s.Post(t, "/licenses/new", url.Values{"licensee_email": {"not an address"}, "name": {"Site A"}})
		servertest.Refuses(t, empty, "edition_id", "must be chosen")
		servertest.Refuses(t, empty, "customer", "is needed")
		if empty.Find("#name").AttrOr("value", "") != "Site A" {
			t.Error("what was typed is lost")
		}
		looked := s.Post(t, "/licenses/new", url.Values{"look": {"1"}, "customer": {"kirk"}, "name": {"Site B"}, "edition_id": {s.Pro}})
		servertest.Says(t, looked, "aside", "3 activations", "To kirk@example.com", "Site B", s.Product, "made when you issue it")
		if looked.Find("#name").AttrOr("value", "") != "Site B" || looked.Find("input[id^=limitation-]").Length() != 1 {
			t.Errorf("looking up loses what was typed: %s", looked.Text("main"))
		}
		if looked.Find("#edition-terms #token_limit, #edition-says dl").Length() != 2 || looked.Find("form[method=get] #name, [formmethod=get]").Length() != 0 {
			t.Error("what depends on the edition is no part of its own, or what was typed would enter an address")
		}
		servertest.Says(t, s.Get(t, "/licenses"), "main", "No licences yet")
		servertest.Says(t, s.Post(t, "/licenses/new", url.Values{
			"look": {"1"}, "who": {"new"}, "company_name": {"Lind & Co"}, "email": {"lind@example.com"}, "edition_id": {s.Pro},
		}), "aside", "To lind@example.com")
		s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Kirkland", "customer_number": "K-2002"}, "id")
		several := url.Values{"edition_id": {s.Edition}, "customer": {"kirk"}, "licensee_email": {"a@example.com"}}
		which := s.Post(t, "/licenses/new", several)
		servertest.Refuses(t, which, "customer", "is meant by several customers")
		if which.Find("input[name=customer_id]").Length() != 2 {
			t.Error("the customers who may be meant are not offered")
		}
		if a := s.Get(t, "/customers/matches?q=kirk"); a.Status != 200 || !strings.Contains(a.Body, `"Kirk AG (K-1001)"`) || strings.Contains(a.Body, "<") {
			t.Errorf("suggestions: %d %s", a.Status, a.Body)
		}
		done := s.Post(t, "/licenses/new", url.Values{
			"edition_id": {s.Pro}, "customer": {"Kirk AG (K-1001)"}, "name": {"Site A"}, "token_limit": {"7"}, "expires_mode": {"at"}, "expires_at": {"2099-12-31"},
			"limitation-" + s.Limitation: {"2,500"},
		})
		servertest.Says(t, done, "main", "The licence was issued to Kirk AG", "Site A", "kirk@example.com", "7 devices", "edition: 3", "2,500", "31 Dec 2099")
		if done.Find(".app-key [data-copy]").Length() != 1 {
			t.Error("there is no copy button beside the key")
		}
		wrong := s.Post(t, "/licenses/new", url.Values{"edition_id": {s.Pro}, "customer": {"K-1001"}, "token_limit": {"many"}, "expires_mode": {"at"}, "limitation-" + s.Limitation: {"x"}})
		servertest.Refuses(t, wrong, "token_limit", "must be a whole number")
		servertest.Refuses(t, wrong, "expires_at", "is needed")
		servertest.Refuses(t, wrong, "limitation-"+s.Limitation, "must be a whole number")
		broken := s.Post(t, "/licenses/new", url.Values{"edition_id": {s.Pro}, "customer": {"K-1001"}, "limitation-" + s.Limitation: {"2.5"}})
		servertest.Refuses(t, broken, "limitation-"+s.Limitation, "must be a whole number")
		made := s.Post(t, "/licenses/new", url.Values{"edition_id": {s.Edition}, "who": {"new"}, "company_name": {"Lind & Co"}, "email": {"lind@example.com"}})
		servertest.Says(t, made, "main", "The licence was issued to Lind & Co", "lind@example.com")
		servertest.Refuses(t, s.Post(t, "/licenses/new", url.Values{"edition_id": {s.Edition}, "who": {"new"}, "company_name": {"Nobody's"}, "email": {"x"}}), "email", "must be one e-mail address")
		if text := s.Get(t, "/search?q=nobody"); strings.Contains(text.Text("#found"), "Nobody") {
			t.Error("a refused licence left its customer behind")
		}
	})
}

func TestConsoleListOfLicences(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		first, key := s.Issue(t, s.Edition, servertest.Fields{"name": "First", "licensee_email": "ann@example.com"})
		second, _ := s.Issue(t, s.Team, servertest.Fields{"name": "=1+1"})
		for query, want := range map[string]string{
			"": "=1+1 First", "?q=fir": "First", "?q=" + key[:10]: "First", "?q=ann@": "First", "?q=zzz": "", "?state=off": "", "?state=on": "=1+1 First",
			"?product=" + s.Product: "=1+1 First", "?edition=" + s.Team: "=1+1", "?customer=" + s.Customer: "=1+1 First", "?edition=x": "", "?q=%00": "",
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
		servertest.Says(t, off, "#flash", "2 licences were switched off", "Undo")
		servertest.Says(t, s.Get(t, "/licenses?state=off"), "#rows", "First", "=1+1")
		undo := off.Find("#flash form")
		back := s.Post(t, strings.TrimPrefix(undo.AttrOr("action", ""), s.Base), url.Values{"id": {undo.Find("input").AttrOr("value", "")}})
		servertest.Says(t, back, "#flash", "2 licences were switched on")
		servertest.Says(t, s.Post(t, "/licenses/switch-off", nil), "#flash", "Nothing is ticked")
		servertest.Says(t, s.Post(t, "/licenses/switch-off", url.Values{"id": {"nonsense"}}), "#flash", "not one of the list")
		if p := s.Post(t, "/licenses/switch-off", url.Values{"id": {s.Product}}); p.Status != 404 {
			t.Errorf("an unknown licence: %d", p.Status)
		}
	})
}

func TestConsolePageOfALicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"name": "Site A"})
		page := "/licenses/" + id
		s.Activate(t, key, "drill-1", "hall-9")
		s.Activate(t, key, "drill-2", "hall-10")
		servertest.Says(t, s.Get(t, page), "main", key, "Valid", "2 of 3", "export", "pages", "region", "Kirk AG", "Nobody was refused")
		servertest.Says(t, s.Get(t, page), "aside", "kirk@example.com", "Your licence of Drill")
		servertest.Says(t, s.Post(t, page+"/mail", nil), "#flash", "on its way")
		if n := s.Get(t, page).Find(".app-mailed").Length(); n != 2 {
			t.Errorf("%d mails are shown, want 2", n)
		}
		servertest.Says(t, s.Get(t, page+"/devices"), "#rows", "hall-9", "drill-2", "Active")
		servertest.Says(t, s.Get(t, page+"/tokens"), "#rows", "In use", "Free")
		if csv := s.Get(t, page+"/tokens?format=csv"); strings.Count(csv.Body, "\n") != 4 {
			t.Errorf("token keys: %s", csv.Body)
		}
		servertest.Says(t, s.Get(t, page+"/meters"), "main", "pages", "Allowed", "100")
		servertest.Says(t, s.Get(t, page+"/usage"), "main", "Nothing was reported")

		change := s.Get(t, page+"/change")
		if change.Find("#token_limit").AttrOr("placeholder", "") != "edition: 3" || change.Find("#name").AttrOr("value", "") != "Site A" {
			t.Errorf("the form: %s", change.Text("main"))
		}
		form := url.Values{"name": {"Site B"}, "licensee_email": {"b@example.com"}, "token_limit": {"5"}, "freeride_days": {"30"}, "expires_mode": {"never"}}
		servertest.Says(t, s.Fill(t, page+"/change", form), "main", "The licence was changed", "Site B", "5 devices", "30 days", "edition: 7")
		form.Set("token_limit", "1")
		servertest.Refuses(t, s.Fill(t, page+"/change", form), "", "can't be lowered")
		form.Set("token_limit", "")
		form.Set("freeride_days", "")
		form.Set("expires_mode", "")
		if back := s.Fill(t, page+"/change", form); back.Status != 200 || strings.Contains(back.Text("main"), "edition: ") {
			t.Errorf("back to the edition's: %s", back.Text("main"))
		}
		servertest.Says(t, s.Post(t, page+"/add-tokens", url.Values{"tokens": {"2"}}), "#flash", "now says 5 activations")
		servertest.Refuses(t, s.Post(t, page+"/add-tokens", url.Values{"tokens": {"0"}}), "tokens", "other than 0")
		servertest.Refuses(t, s.Fill(t, page+"/extend", url.Values{"expires_at": {"2001-01-01"}}), "expires_at", "must be today")
		servertest.Says(t, s.Fill(t, page+"/extend", url.Values{"expires_at": {"2090-06-30"}}), "main", "30 Jun 2090")

		off := s.Post(t, page+"/switch-off", nil)
		servertest.Says(t, off, "main", "The licence was switched off", "Undo", "Nothing can be activated")
		servertest.Says(t, s.Post(t, page+"/switch-on", nil), "main", "switched on", "Valid")
		servertest.Says(t, s.Fill(t, page+"/move", url.Values{"edition_id": {s.Edition}}), "main", "moved", "Basic")
		servertest.Refuses(t, s.Fill(t, page+"/move", url.Values{"edition_id": {s.Team}}), "", "same product, provisioning mode")
		other := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Lind", "customer_number": "L-1"}, "id")
		servertest.Says(t, s.Fill(t, page+"/hand-over", url.Values{"customer": {"L-1"}, "licensee_email": {"l@example.com"}}), "main", "handed over", "Lind")
		servertest.Refuses(t, s.Fill(t, page+"/hand-over", url.Values{"customer": {"nobody"}, "licensee_email": {"l@example.com"}}), "customer", "is needed")
		if other == "" {
			t.Error("no other customer")
		}
		servertest.Says(t, s.Get(t, page+"/history"), "main", "Licence changed", "Activations by contract", "before: Kirk AG → after: Lind", "before: Site A → after: Site B", "before: Pro → after: Basic")
		servertest.Says(t, s.Post(t, page+"/release-all", nil), "#flash", "2 devices were released")
		servertest.Says(t, s.Post(t, page+"/end", nil), "main", "Expired")
		if p := s.Get(t, "/licenses/"+s.Product); p.Status != 404 {
			t.Errorf("no licence: %d", p.Status)
		}
	})
}

// A licence in trouble offers what helps beside the sentence that says so, and names
// who was refused.
func TestConsoleALicenceInTrouble(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"token_limit": 1})
		page := "/licenses/" + id
		s.Activate(t, key, "drill-1", "hall-1")
		refused := s.Server.Do(t, "POST", "/api/v2/isv/"+s.Vendor.VendorID+"/provisioning/activations", servertest.Fields{
			"product_id": s.Product, "license_key": key, "client_id": "drill-2", "hostname": "hall-2", "software_version": "3.1",
		}, "ProvisioningKey", s.Vendor.ProvisioningKey)
		if refused.Status != 409 {
			t.Fatalf("a client too many: %d %s", refused.Status, refused.Body)
		}
		shown := s.Get(t, page)
		servertest.Says(t, shown, ".app-notice:contains('Used up') .app-notice-acts", "Add activations", "Release a device")
		servertest.Says(t, shown, "#refused", "drill-2", "hall-2", "3.1", "127.0.0.1", "No activation left")
		if href := s.Get(t, "/denials").Find("#rows [data-label=Times] a").AttrOr("href", ""); href != s.Base+page+"#refused" {
			t.Errorf("the list of refused calls leads to %q", href)
		}
		if text := shown.Text(".app-actions > .btn"); strings.Contains(text, "Extend") {
			t.Errorf("a licence without an end offers: %s", text)
		}
		s.Post(t, page+"/extend", url.Values{"expires_at": {"2090-06-30"}})
		servertest.Says(t, s.Get(t, page), ".app-actions", "Change", "Extend")
		s.Post(t, page+"/end", nil)
		over := s.Get(t, page)
		servertest.Says(t, over, ".app-notice:contains('Expired') .app-notice-acts", "Extend")
		if first := over.Find(".app-head .app-actions > a").First(); !strings.Contains(first.Text(), "Extend") || !first.HasClass("btn-primary") {
			t.Errorf("what is over offers first: %s", over.Text(".app-head .app-actions"))
		}
		s.Post(t, page+"/switch-off", nil)
		servertest.Says(t, s.Get(t, page), ".app-notice:contains('Switched off') .app-notice-acts", "Switch on")
	})
}

func TestConsoleReleasesSeveralDevicesOnceItIsConfirmed(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, nil)
		s.Activate(t, key, "drill-1", "hall-1")
		s.Activate(t, key, "drill-2", "hall-2")
		var ids []string
		s.Get(t, "/licenses/"+id+"/devices").Find("#rows input[name=id]").Each(func(_ int, box *goquery.Selection) { ids = append(ids, box.AttrOr("value", "")) })
		asked := s.Post(t, "/licenses/"+id+"/release", url.Values{"id": ids})
		if asked.Status != 409 || !strings.Contains(asked.Text("main"), "Release 2 devices?") {
			t.Fatalf("%d %s", asked.Status, asked.Text("main"))
		}
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/devices"), "#rows", "hall-1", "hall-2")
		form := url.Values{}
		asked.Find("form.app-form input").Each(func(_ int, i *goquery.Selection) { form.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
		servertest.Says(t, s.Post(t, "/licenses/"+id+"/release", form), "main", "2 devices were released", "No device is activated")
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/devices?state=past"), "#rows", "Released", "hall-1")
	})
}

func TestConsoleMetersAndUsers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, nil)
		s.Activate(t, key, "drill-1", "hall-1")
		s.Call(t, "/data_gathering/consumption_heartbeats", servertest.Fields{
			"client_id": "drill-1", "consumption_heartbeat": []servertest.Fields{{"limitation_id": s.Limitation, "value": 12.5, "external_id": "x"}},
		})
		s.Call(t, "/data_gathering/usage_heartbeats_by_name", servertest.Fields{"client_id": "drill-1", "usage_heartbeat": []servertest.Fields{{"usage_feature_name": "holes", "value": 4}}})
		meters := "/licenses/" + id + "/meters"
		servertest.Says(t, s.Get(t, meters), "main", "12.5", "Consumed per day")
		servertest.Says(t, s.Post(t, meters+"/"+s.Limitation+"/add", url.Values{"value": {"7.5"}, "reason": {"read by hand"}}), "main", "7.5 was added: 20 is consumed", "read by hand", "drill-1")
		servertest.Refuses(t, s.Post(t, meters+"/"+s.Limitation+"/add", url.Values{"value": {"x"}, "reason": {"y"}}), "value", "must be a number")
		servertest.Refuses(t, s.Post(t, meters+"/"+s.Limitation+"/add", url.Values{"value": {"1"}}), "reason", "must not be empty")
		servertest.Refuses(t, s.Post(t, meters+"/"+s.Limitation+"/add", url.Values{"value": {"-21"}, "reason": {"y"}}), "value", "takes off more than the 20")
		servertest.Says(t, s.Post(t, meters+"/"+s.Limitation+"/add", url.Values{"value": {"-2.5"}, "reason": {"counted twice"}}), "main", "2.5 was taken off: 17.5 is consumed")
		servertest.Says(t, s.Post(t, meters+"/"+s.Limitation+"/add", url.Values{"value": {"2.5"}, "reason": {"no, it was not"}}), "main", "20 is consumed")
		for query, want := range map[string]int{"kind=consumption": 1, "kind=adjustment": 3, "client=drill-1": 1, "client=nobody": 0, "from=2000-01-01": 4, "to=2000-01-01": 0, "to=x": 0} {
			if n := s.Get(t, meters+"/"+s.Limitation+"?"+query).Find("#rows [data-label=What]").Length(); n != want {
				t.Errorf("the ledger with %s has %d rows, want %d", query, n, want)
			}
		}
		servertest.Refuses(t, s.Post(t, meters+"/"+s.Limitation+"/reset", nil), "reason", "must not be empty")
		entry := s.Get(t, meters+"/"+s.Limitation).Find("#rows a[href*=take-back]").First().AttrOr("href", "")
		servertest.Says(t, s.Post(t, strings.TrimPrefix(entry, s.Base), url.Values{"reason": {"a mistake"}}), "main", "The entry was taken back", "taken back")
		servertest.Says(t, s.Post(t, meters+"/"+s.Limitation+"/reset", url.Values{"reason": {"agreed"}}), "main", "The count was reset", "0 · ")
		servertest.Says(t, s.Get(t, meters+"/"+s.Limitation), "#rows", "Reset", "agreed")
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/usage"), "main", "holes")
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/history"), "main", "Meter adjusted", "read by hand")

		crew, _ := s.Issue(t, s.Crew, nil)
		servertest.Says(t, s.Get(t, "/licenses/"+crew+"/users"), "main", "No named users")
		servertest.Says(t, s.Post(t, "/licenses/"+crew+"/users/add", url.Values{"user_id": {"ann\nbob\n"}}), "main", "2 users were added", "ann", "bob")
		servertest.Refuses(t, s.Post(t, "/licenses/"+crew+"/users/add", url.Values{"user_id": {"1\n2"}}), "", "as many users")
		removed := s.Post(t, "/licenses/"+crew+"/users/remove", url.Values{"id": {"ann"}})
		servertest.Says(t, removed, "main", "1 user was removed", "Undo")
		servertest.Says(t, s.Post(t, "/licenses/"+id+"/users/remove", url.Values{"id": {"ann"}}), "#flash", "client type devices")
	})
}

// A licence that its contract has ended says so, and what to do, wherever it stands.
func TestConsoleALicenceOfMeasurements(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		edition := s.Manage(t, "POST", "/editions", servertest.Fields{"product_id": s.Product, "name": "Metered", "limitations": []servertest.Fields{
			{"name": "measurements", "limit": 10, "reset": "month", "expires_license": true, "contract_allowed": 15, "adjustable": true},
		}}, "id")
		var e struct{ Limitations []struct{ ID string } }
		s.Server.Do(t, "GET", "/api/v1/editions/"+edition, nil, "Authorization", "Bearer "+s.Vendor.AdminKey).JSON(t, &e)
		id, _ := s.Issue(t, edition, servertest.Fields{"expires_at": "2090-12-31"})
		page, meter := "/licenses/"+id, "/licenses/"+id+"/meters/"+e.Limitations[0].ID
		servertest.Says(t, s.Get(t, page+"/meters"), "main", "0 · 10 · 10", "Contract", "15")
		s.Post(t, meter+"/add", url.Values{"value": {"15"}, "reason": {"read on site"}})

		shown := s.Get(t, page)
		servertest.Says(t, shown, ".app-notice:contains('Consumed')", "All 15 of measurements that its contract allows are consumed since", "A reset of the meter does not change that")
		servertest.Says(t, shown, "main", "Its contract is consumed; by its days it would end on 31 Dec 2090")
		if badge := shown.Find(".app-head .app-badge").First(); badge.Text() != "Expired" || !strings.Contains(badge.AttrOr("title", ""), "in the contract are consumed since") {
			t.Errorf("the badge: %q, %q", badge.Text(), badge.AttrOr("title", ""))
		}
		if first := shown.Find(".app-head .app-actions > a").First(); !strings.Contains(first.Text(), "Change") {
			t.Errorf("offered first: %s", shown.Text(".app-head .app-actions"))
		}
		for _, list := range []string{"/licenses", "/licenses?state=expired", "/customers/" + s.Customer} {
			servertest.Says(t, s.Get(t, list), "#rows", "Expired", "contract of measurements consumed")
		}
		if file := s.Get(t, "/licenses?format=csv"); !strings.Contains(file.Body, "2090-12-31") {
			t.Errorf("the file gives another end than was agreed upon: %s", file.Body)
		}
		servertest.Says(t, s.Get(t, page+"/meters"), "main", "Contract consumed")
		servertest.Says(t, s.Get(t, meter+"/reset"), "main", "A reset does not revive the licence")
		servertest.Says(t, s.Post(t, meter+"/reset", url.Values{"reason": {"a try"}}), "main", "The count was reset", "Contract consumed")
		servertest.Says(t, s.Get(t, page+"/history"), "main", "Licence expired", "measurements_exceeded", "Meter reset")
		s.Manage(t, "PATCH", page, servertest.Fields{"limitations": []servertest.Fields{{"id": e.Limitations[0].ID, "contract_allowed": 30}}}, "")
		servertest.Says(t, s.Get(t, page), ".app-notice:contains('Valid')", "31 Dec 2090")
		servertest.Says(t, s.Get(t, page+"/history"), "main", "Validity reason", "measurements_exceeded")
	})
}

func TestConsoleHandsOutLicenceFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Edition, servertest.Fields{"offline_allowed": true, "xml_files_allowed": true})
		s.Activate(t, key, "drill-1", "hall-9")
		page := "/licenses/" + id + "/files"
		shown := s.Get(t, page)
		servertest.Says(t, shown, "main", "hall-9 (drill-1)", "Download license.xml")
		token := shown.Find("#token_key option").Eq(1).AttrOr("value", "")
		for _, of := range []string{"", token} {
			file := s.Post(t, page, url.Values{"token_key": {of}})
			if file.Status != 200 || !strings.Contains(file.Body, "<slascone_license_file ") || !strings.Contains(file.Body, key) ||
				strings.Contains(file.Body, "drill-1") != (of != "") || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%d %s", file.Status, file.Body)
			}
		}
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/history"), "main", "Licence file issued", "drill-1")
		online, _ := s.Issue(t, s.Pro, nil)
		servertest.Says(t, s.Get(t, "/licenses/"+online+"/files"), "main", "may not be used offline")
		if p := s.Post(t, "/licenses/"+online+"/files", nil); p.Status != 409 {
			t.Errorf("a file of a licence that is not offline: %d", p.Status)
		}
	})
}
