package server_test

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// hostile is a vendor whose every text was chosen by an attacker: by a colleague
// in every form, by a customer in a file that is imported, by a program in what it
// says of itself, and by the receiver of webhooks in what it answers.
func hostile(t *testing.T, text string) *servertest.Browser {
	t.Helper()
	_, b := hostileServer(t, text)
	return b
}

func hostileServer(t *testing.T, text string) (v vendor, b *servertest.Browser) {
	t.Helper()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) {
		c.AllowOutbound = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	v = open(t, s, "Acme", terms{
		"token_limit": 2, "goodwill_token_limit": 1, "description": text, "features": []terms{{"name": text, "description": text}},
		"limitations": []terms{{"name": text, "limit": 9, "reset": "month"}}, "variables": []terms{{"name": text, "value": text}},
	})
	v.manage(t, 200, "PATCH", "/vendor", terms{"name": text})
	v.manage(t, 200, "PATCH", "/products/"+v.product, terms{"name": text})
	v.manage(t, 200, "PATCH", "/editions/"+v.edition, terms{"name": text})
	v.manage(t, 200, "PATCH", "/customers/"+v.customer, terms{"company_name": text})
	v.manage(t, 201, "POST", "/customers", terms{"company_name": text, "superior_id": v.customer})
	v.manage(t, 201, "POST", "/products/"+v.product+"/releases", terms{"software_release": "9.9", "description": text})
	l := v.issue(t, terms{"name": text, "legacy_license_key": "OLD" + text})
	v.manage(t, 201, "POST", "/api-keys", terms{"kind": "admin", "name": text}, "LastModifiedBy", text)
	hostileProgram(t, v, l, text)
	hostileReceiver(t, v, text)
	b = s.SignIn(t, v.NewVendor)
	hostileFile(t, s, b, text)
	hostileForms(t, b, text)
	return v, b
}

// hostileProgram says it in everything that a client sends.
func hostileProgram(t *testing.T, v vendor, l license, text string) {
	t.Helper()
	post := func(path string, body terms) {
		t.Helper()
		if got := v.Do(t, "POST", "/api/v2/isv/"+v.VendorID+path, body, "ProvisioningKey", v.ProvisioningKey); got.Status != 200 {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
	for _, client := range []string{"a", "b", "c"} {
		body := v.activation(l.Key, client+text)
		for _, field := range []string{"client_name", "client_description", "software_version", "hostname", "platform", "operating_system"} {
			body[field] = text
		}
		body["tags"], body["device_variables"] = []string{text}, map[string]string{text: text}
		post("/provisioning/activations", body)
	}
	v.call(t, "/activations", v.activation(l.Key, "d"+text)) // is denied
	feature := v.manage(t, 201, "POST", "/products/"+v.product+"/usage-features", terms{"name": text}).text(t, "id")
	v.manage(t, 201, "POST", "/products/"+v.product+"/usage-modules", terms{"name": text})
	field := v.manage(t, 201, "POST", "/products/"+v.product+"/analytical-fields", terms{"name": text}).text(t, "id")
	limitation := v.manage(t, 200, "GET", "/editions/"+v.edition, nil).field(t, "limitations").([]any)[0].(map[string]any)["id"].(string)
	heartbeat := v.heartbeat("a" + text)
	for _, name := range []string{"software_version", "operating_system", "user_id", "group_id", "hostname", "platform"} {
		heartbeat[name] = "h" + text
	}
	post("/provisioning/heartbeats", heartbeat)
	post("/data_gathering/usage_heartbeats", terms{"client_id": "a" + text, "usage_heartbeat": []terms{{"usage_feature_id": feature, "value": 1}}})
	post("/data_gathering/usage_heartbeats_by_name", terms{
		"client_id": "a" + text, "usage_heartbeat": []terms{{"usage_feature_name": text, "usage_module_name": text, "value": 1}},
	})
	post("/data_gathering/analytical_heartbeats", terms{"client_id": "a" + text, "analytical_heartbeat": []terms{{"analytical_field_id": field, "value": text}}})
	post("/data_gathering/consumption_heartbeats", terms{
		"client_id": "a" + text, "consumption_heartbeat": []terms{{"limitation_id": limitation, "value": 1, "external_id": text, "user_id": text}},
	})
	v.manage(t, 201, "POST", "/licenses/"+l.ID+"/consumptions", terms{"limitation_id": limitation, "value": 1, "reason": text}, "LastModifiedBy", text)
	floating := v.manage(t, 201, "POST", "/editions", terms{
		"product_id": v.product, "name": "Team" + text, "provisioning_mode": "floating", "client_type": "users", "floating_token_limit": 1,
	}).text(t, "id")
	team := v.issue(t, terms{"edition_id": floating, "name": "Team" + text})
	v.manage(t, 201, "POST", "/licenses/"+team.ID+"/users", terms{"user_id": "u" + text})
	post("/provisioning/session/open", terms{"license_id": team.Key, "client_id": "s" + text, "user_id": "u" + text})
	v.call(t, "/session/open", terms{"license_id": team.Key, "client_id": "t" + text, "user_id": "w" + text}) // is denied
}

// hostileReceiver answers a webhook with it, in body and header.
func hostileReceiver(t *testing.T, v vendor, text string) {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(receiver.Close)
	hook := v.manage(t, 201, "POST", "/subscriptions", terms{
		"kind": "webhook", "target": receiver.URL + "/?x=" + url.QueryEscape(text), "events": []string{"license.issued"},
	}).text(t, "id")
	v.manage(t, 201, "POST", "/subscriptions/"+hook+"/test", nil)
	for answered := false; !answered; {
		got := v.manage(t, 200, "GET", "/subscriptions/"+hook+"/deliveries", nil)
		answered = strings.Contains(string(got.Body), "418")
	}
}

// hostileFile brings it in by a file, right lines and wrong ones.
func hostileFile(t *testing.T, s *servertest.Server, b *servertest.Browser, text string) {
	t.Helper()
	for kind, lines := range map[string][][]string{
		"customers": {
			{"company_name", "customer_number", "email", "superior_number", text},
			{"C" + text, "N" + text, "", "", text},
			{text, text, text, text, text},
		},
		"licenses": {
			{"customer_number", "edition", "license_name", "legacy_license_key", "tokens", text},
			{"K" + text, text, text, text, text, text},
		},
	} {
		var file strings.Builder
		if err := csv.NewWriter(&file).WriteAll(lines); err != nil {
			t.Fatal(err)
		}
		p := b.Upload(t, "/imports/new?kind="+kind, url.Values{"kind": {kind}}, "file", text+".csv", []byte(file.String()))
		if !strings.HasPrefix(p.Path, "/imports/") || strings.HasPrefix(p.Path, "/imports/new") {
			t.Errorf("the file of %s was not read: %d %s", kind, p.Status, p.Text("main"))
		}
		b.Post(t, p.Path+"/start", url.Values{"mode": {"lines"}})
		if _, err := s.Program.Rooms().Imports.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// hostileForms sends every form of the console that takes a text with it in each
// of its texts. What a form refuses comes back with what was typed, as it was;
// then only the fields that it didn't call wrong keep it.
func hostileForms(t *testing.T, b *servertest.Browser, text string) {
	t.Helper()
	sent, taken := 0, 0
	crawl(t, b, func(path string, p *servertest.Page) {
		p.Find("form[method=post]").Each(func(_ int, form *goquery.Selection) {
			values, texts := typed(form, text+strconv.Itoa(sent)) // names are unique
			to := strings.TrimPrefix(form.AttrOr("action", ""), b.Base)
			if to == "" || to[0] == '?' {
				here, _, _ := strings.Cut(path, "?")
				to = here + to
			}
			if len(texts) == 0 || form.Find("[type=password], [type=file]").Length() > 0 {
				return
			}
			sent++
			answer := b.Post(t, to, values)
			if answer.Status == http.StatusBadRequest {
				harmless(t, to+" refusing", answer)
				for name, stood := range texts {
					if answer.Find(`[id="`+name+`-error"]`).Length() > 0 {
						values.Set(name, cmp.Or(stood, "7"))
					}
				}
				answer = b.Post(t, to, values)
			}
			if answer.Status < http.StatusBadRequest {
				taken++
			}
			if answer.Status >= http.StatusInternalServerError {
				t.Errorf("%s: %d", to, answer.Status)
			}
			harmless(t, to+" answering", answer)
		})
	})
	if sent < 35 || taken < 25 {
		t.Errorf("only %d forms were sent, %d taken", sent, taken)
	}
}

// typed fills a form in, each text with the attack and all else as it stands, and
// gives what stood in the texts.
func typed(form *goquery.Selection, text string) (values url.Values, texts map[string]string) {
	values, texts = url.Values{}, map[string]string{}
	none := form.Find("[type=checkbox][checked]").Length() == 0
	for _, field := range form.Find("input, select, textarea").EachIter() {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		switch field.AttrOr("type", field.Nodes[0].Data) {
		case "radio":
			if _, on := field.Attr("checked"); !on {
				continue
			}
		case "checkbox":
			if _, on := field.Attr("checked"); !on && !none {
				continue
			}
		case "select":
			value = field.Find("option[selected]").AttrOr("value", field.Find("option[value!='']").First().AttrOr("value", ""))
		case "textarea":
			texts[name], value = field.Text(), text
		case "text", "input", "search", "url":
			texts[name], value = value, text
		case "email":
			value = "anybody@example.com"
		}
		values.Add(name, value)
	}
	return values, texts
}
