package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server/servertest"
)

// editsNothing are the forms whose saving overwrites nothing that they show, and why.
func editsNothing() map[string]string {
	const (
		makes   = "it makes something new"
		adds    = "it adds to what is there at the moment it is saved"
		does    = "it asks before something is done that is no change of fields"
		ends    = "it ends something"
		secrets = "it holds nothing of the record, which is secret"
	)
	return map[string]string{
		"/account/app/confirm": secrets, "/account/app/remove": ends, "/account/codes": secrets, "/account/passkeys/make": makes,
		"/account/passkeys/new": makes, "/account/passkeys/{id}/remove": ends, "/account/password": secrets,
		"/account/email": "a mail asks first, and its link changes the address", "/account/provider/connect": does, "/account/provider/disconnect": ends,
		"/customers/{id}/people/invite": makes, "/customers/{id}/people/{user}/remove": ends,
		"/customers/new": makes, "/devices/{id}/release": ends,
		"/expiring/extend": "it makes no licence shorter, whoever has extended it", "/goodwill/release": ends, "/goodwill/{id}/mail": does,
		"/goodwill/{id}/tokens": adds, "/imports/new": makes,
		"/licenses/{id}/new-key": does, "/licenses/{id}/delete": ends, "/products/{id}/archive": does, "/products/{id}/delete": ends,
		"/editions/{id}/archive": does, "/editions/{id}/delete": ends, "/customers/{id}/delete": ends, "/erasures/new": does,
		"/products/{id}/features/delete": ends, "/products/{id}/limitations/delete": ends, "/products/{id}/variables/delete": ends,
		"/products/{id}/releases/delete": ends,
		"/offline/upload":                does, "/offline/deletions/{id}/confirm": ends, "/offline/deletions/{id}/decline": does,
		"/licenses/new": makes, "/licenses/{id}/add-tokens": adds, "/licenses/{id}/end": ends, "/licenses/{id}/files": does,
		"/licenses/{id}/meters/{limitation}/add": adds, "/licenses/{id}/meters/{limitation}/take-back/{entry}": adds,
		"/licenses/{id}/meters/{limitation}/reset": ends, "/licenses/{id}/release": ends, "/licenses/{id}/reset-deactivations": ends, "/licenses/{id}/allow-deactivations": adds, "/licenses/{id}/release-all": ends, "/licenses/{id}/switch-off": "it sets one thing, and says to what",
		"/licenses/{id}/users/add": adds,
		"/products/new":            makes, "/products/{id}/analytical-fields/delete": ends, "/products/{id}/analytical-fields/new": makes,
		"/products/{id}/editions/new": makes, "/products/{id}/features/new": makes, "/products/{id}/limitations/new": makes,
		"/products/{id}/usage-features/delete": ends, "/products/{id}/usage-features/new": makes, "/products/{id}/usage-modules/delete": ends,
		"/products/{id}/usage-modules/new": makes, "/products/{id}/variables/new": makes,
		"/prepaid/codes/new": makes, "/prepaid/codes/issue": makes, "/prepaid/cards/top-up": adds, "/prepaid/cards/withdraw": ends,
		"/prepaid/settings/{customer}/renew": "it makes a new code", "/prepaid/cards/batch": does, "/prepaid/cards/select": does, "/prepaid/cards/sell": does,
		"/prepaid/cards/bind": does, "/prepaid/bind-many": does, "/prepaid/cards/lock": does, "/prepaid/cards/unlock": does, "/prepaid/cards/unbind": ends, "/prepaid/cards/return": does,
		"/prepaid/devices/sell": does, "/prepaid/devices/return": does, "/prepaid/devices/new": makes,
		"/requests/{id}":       "it answers once, and an answer is never written over",
		"/sessions/{id}/close": ends, "/settings/api-keys/new": makes, "/settings/api-keys/{id}/revoke": ends,
		"/settings/mail/templates/{kind}/{language}/preview": "it shows what is typed, and saves nothing",
		"/settings/roles/new":                                makes, "/settings/roles/{id}/delete": ends, "/settings/sign-in/remove": ends, "/settings/signing-keys/new": makes,
		"/settings/signing-keys/{kid}/retire": ends, "/settings/team/invite": makes, "/settings/team/{id}/clear-second-factor": ends,
		"/settings/team/{id}/email":         "a mail asks first, and its link changes the address",
		"/settings/vendor/branding/preview": "it shows what is typed, and saves nothing",
		"/settings/team/{id}/invite":        does, "/settings/team/{id}/remove": ends, "/settings/webhooks/new": makes,
		"/settings/incoming/new": makes, "/settings/incoming/{id}/delete": ends, "/settings/incoming/{id}/rotate": secrets,
		"/settings/vendor/hosts/new": makes, "/settings/vendor/hosts/{id}/remove": ends,
		"/settings/webhooks/{id}/delete": ends, "/settings/webhooks/{id}/replay": does, "/settings/webhooks/{id}/rotate": secrets,
		// Their fields are not of the record: what they began with is compared all the same
		// (TestFormsThatOverwriteWhatTheyOnlyShow).
		"/customers/{id}/move": "it shows where the customer stands", "/licenses/{id}/extend": "it shows the end",
		"/devices/{id}/suspend":    "it shows until when it is suspended",
		"/licenses/{id}/hand-over": "it shows the customer", "/licenses/{id}/move": "it shows the edition",
		"/settings/mail/templates/{kind}/{language}/reset": "it deletes the text",
	}
}

// makesRows are fields that are empty whenever their form is shown: each line makes a
// row of the form (TestCatalogPages).
func makesRows() []string { return []string{"new_features", "new_limitations", "new_variables"} }

// openForms opens the console of a vendor that has one of everything that is edited.
func openForms(t *testing.T, s *servertest.Server) *formWalk {
	t.Helper()
	w := &formWalk{Shop: servertest.OpenShop(t, s), t: t}
	var pro struct{ Features, Limitations, Variables []struct{ ID string } }
	s.Do(t, "GET", "/api/v1/editions/"+w.Pro, nil, "Authorization", "Bearer "+w.Vendor.AdminKey).JSON(t, &pro)
	named, _ := w.Issue(t, w.Pro, nil)
	floating, _ := w.Issue(t, w.Team, nil)
	held, key := w.Issue(t, w.Pro, nil)
	w.Activate(t, key, "till-3", "hall-nine")
	device := w.Get(t, "/licenses/"+held+"/devices").Find("#rows a").First().AttrOr("href", "")
	w.Manage(t, "POST", "/products/"+w.Product+"/releases", servertest.Fields{"software_release": "4.2", "description": "the second"}, "")
	w.Manage(t, "POST", "/products/"+w.Product+"/releases", servertest.Fields{"software_release": "5.0"}, "")
	made := w.Post(t, "/settings/roles/new", url.Values{"name": {"Desk"}, "permissions": {"view_licenses"}})
	role := made.Find("#rows a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == "Desk" }).AttrOr("href", "")
	w.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "name": {"Bob"}, "role": {"viewer"}})
	user := w.Get(t, "/settings/team").Find("#rows a").FilterFunction(func(_ int, a *goquery.Selection) bool { return strings.Contains(a.Text(), "Bob") }).AttrOr("href", "")
	hook := w.Manage(t, "POST", "/subscriptions", servertest.Fields{"kind": "mail", "target": "ops@example.com", "events": []string{"license.issued"}}, "id")
	owner := w.Manage(t, "POST", "/customers/"+w.Customer+"/users", servertest.Fields{"email": "owner@example.com", "role": "viewer"}, "user_id")
	issuers := make([]string, 2)
	for i := range issuers {
		mux := http.NewServeMux()
		issuer := httptest.NewServer(mux)
		t.Cleanup(issuer.Close)
		issuers[i] = issuer.URL
		mux.HandleFunc("GET /.well-known/openid-configuration", func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = rw.Write([]byte(`{"issuer":"` + issuer.URL + `","authorization_endpoint":"` + issuer.URL + `/a","token_endpoint":"` + issuer.URL +
				`/t","jwks_uri":"` + issuer.URL + `/k","id_token_signing_alg_values_supported":["RS256"]}`))
		})
	}
	if p := w.Fill(t, "/settings/sign-in/edit", url.Values{"issuer": {issuers[0]}, "client_id": {"first"}, "secret": {"s3cret"}, "label": {"First"}}); p.Status != 200 {
		t.Fatalf("a provider: %d %s", p.Status, p.Text("main"))
	}
	code := w.Manage(t, "POST", "/prepaid/license-codes", servertest.Fields{"code": "TR-30", "name": "Tracker", "models": []string{"GT06*"}, "days": 30}, "id")
	w.Manage(t, "POST", "/prepaid/devices", servertest.Fields{"number": "350001", "model": "GT06N"}, "id")
	last := func(href string) string { return href[strings.LastIndex(href, "/")+1:] }
	w.ids = map[string]string{
		"product": w.Product, "edition": w.Edition, "pro": w.Pro, "team": w.Team, "customer": w.Customer, "vendor": w.Vendor.VendorID,
		"feature": pro.Features[0].ID, "limitation": pro.Limitations[0].ID, "variable": pro.Variables[0].ID, "named": named, "floating": floating,
		"role": last(role), "user": last(user), "hook": hook, "owner": owner, "device": last(device), "issuer": issuers[1],
		"code": code,
	}
	return w
}

// edits is what is typed into each form. Numbers, texts and days differ from each other
// and from what is there, so that no two fields can be mistaken.
func (w *formWalk) edits() []edited {
	// 1 May 2031 ends at midnight in Berlin, the vendor's zone: 22:00 UTC in summer.
	const mayDay, mayRow = "2031-05-01T22:00:00Z", "1935439200000"
	const edition, licence = "/editions/{id}/edit", "/licenses/{id}/change"
	all := []edited{ //nolint:prealloc // a table, and what is made for it
		{
			route: "/products/{id}/edit", at: "/products/$product/edit", api: "/products/$product", row: "products uuid=$product",
			fields: map[string]string{
				"name": "Plotter", "latest_release": "4.2", "description": "One\nTwo", "printed_keys": "", "allow_client_moves": "on",
				"hide_keys_in_heartbeats": "on", "maximum_inactive_days": "45",
			},
		},
		{
			route: "/products/{id}/releases/put", at: "/products/$product/releases/put?release=5.0", api: "/products/$product/releases",
			item: "software_release=5.0", row: "software_releases software_release=5.0",
			fields: map[string]string{"description": "Five\nlines", "latest": "on ; api - ; row -"},
		},
		{
			route: "/customers/{id}/edit", at: "/customers/$customer/edit", api: "/customers/$customer", row: "customers uuid=$customer",
			fields: map[string]string{"company_name": "Spock GmbH", "customer_number": "S-77", "email": "spock@example.com", "language": "de"},
		},
		{
			route: "/settings/vendor", api: "/vendor", row: "vendors uuid=$vendor",
			fields: map[string]string{
				"name": "Acme Works", "slug": "forge", "zone": "Europe/Paris", "support_email": "help@example.com", "website": "https://example.com/help",
				"language": "de", "direct": "on ; api direct_activation_files ; row direct_activation_files", "store_no_location": "on", "no_hand_over": "on",
			},
		},
		{
			route: "/settings/vendor/branding", api: "/vendor", row: "vendors uuid=$vendor",
			fields: map[string]string{
				"shown_name": "Acme for you", "accent_light": "#0a5c36", "accent_dark": "#7bd8a5", "support_text": "Monday to Friday\n9 to 17",
			},
		},
		{
			route: "/settings/help", row: "help_texts language=de",
			fields: map[string]string{"help_de": "## Hilfe\nRufen Sie an. ; row body", "help_en": "## Help\nCall us. ; row -"},
		},
		{
			route: "/customers/{id}/people/{user}", at: "/customers/$customer/people/$owner", api: "/customers/$customer/users",
			item: "user_id=$owner", row: "customer_users role=operator",
			fields: map[string]string{"role": "operator"},
		},
		{
			route: "/settings/roles/{id}", at: "/settings/roles/$role", row: "roles uuid=$role",
			fields: map[string]string{
				"name": "Counter", "description": "At the counter", "permissions": "view_customers,view_licenses,manage_licenses ; row permissions=view_customers view_licenses manage_licenses",
			},
		},
		{
			route: "/settings/team/{id}", at: "/settings/team/$user", row: "users uuid=$user",
			fields: map[string]string{"name": "Robert", "role": "$role ; row -"},
		},
		{
			route: "/devices/{id}/name", at: "/devices/$device/name", api: "/activations/$device", row: "activations uuid=$device",
			fields: map[string]string{"display_name": "Till 3, front"},
		},
		{route: "/account/name", row: "users email=" + w.Vendor.OwnerEmail, fields: map[string]string{"name": "Olive Owner"}},
		{
			route: "/settings/webhooks/{id}/edit", at: "/settings/webhooks/$hook/edit", api: "/subscriptions/$hook", row: "subscriptions uuid=$hook",
			fields: map[string]string{"target": "more@example.com", "events": "license.expiring,customer.created ; api events=customer.created,license.expiring ; row -"},
		},
		{
			route: "/settings/sign-in/edit", row: "identity_providers label=Second",
			fields: map[string]string{"issuer": "$issuer", "client_id": "second", "label": "Second", "secret": "n3w ; row -", "ways": "only ; row only_provider=1"},
		},
		{
			route: edition, at: "/editions/$pro/edit", api: "/editions/$pro", row: "editions uuid=$pro",
			fields: map[string]string{
				"name": "Ultra", "license_type": "time_limited", "description": "For many\nand more", "token_limit": "11", "activation_buffer": "12",
				"goodwill_token_limit": "13", "goodwill_days": "14", "activation_on_creation": "token_key", "heartbeat_period_days": "16", "freeride_days": "17",
				"strict_heartbeats": "on", "offline_allowed": "on", "xml_files_allowed": "on", "offline_days": "18", "client_may_unassign": "", "deactivation_allowance": "23", "dashboard_deactivation_allowance": "24",
				"api_deactivation_allowed": "on", "expires_mode": "at",
				"expires_at": "2031-05-01 ; api expires_at=" + mayDay + " ; row policy.expires_at=" + mayDay, "trial_days": "19",
				"release_limit": "5.0", "minimum_release": "4.2", "enforce_upgrade": "on",
				"feature.$feature.active":                 "on ; api features.0.is_active ; row features.0.is_active",
				"feature.$feature.expires":                "2031-05-01 ; api features.0.expires_at=" + mayDay + " ; row features.0.expires_at=" + mayDay,
				"feature.$feature.adjustable":             " ; api features.0.adjustable=false ; row features.0.adjustable=false",
				"feature.$feature.hidden":                 "on ; api features.0.hidden ; row features.0.hidden",
				"limitation.$limitation.limit":            "1234 ; api limitations.0.limit ; row limitations.0.limit=1234000000",
				"limitation.$limitation.reset":            "days ; api limitations.0.reset ; row limitations.0.reset",
				"limitation.$limitation.reset_days":       "21 ; api limitations.0.reset_days ; row limitations.0.reset_days",
				"limitation.$limitation.measured_only":    "on ; api limitations.0.measured_only ; row limitations.0.measured_only",
				"limitation.$limitation.goodwill_percent": "22 ; api limitations.0.goodwill_percent ; row limitations.0.goodwill_percent",
				"limitation.$limitation.alerts":           "50, 90 ; api limitations.0.alerts=50,90 ; row limitations.0.alerts=50,90",
				"limitation.$limitation.expires_license":  "on ; api limitations.0.expires_license ; row limitations.0.expires_license",
				"limitation.$limitation.contract_allowed": "5678.5 ; api limitations.0.contract_allowed ; row limitations.0.contract_allowed=5678500000",
				"limitation.$limitation.adjustable":       " ; api limitations.0.adjustable=false ; row limitations.0.adjustable=false",
				"limitation.$limitation.hidden":           "on ; api limitations.0.hidden ; row limitations.0.hidden",
				"variable.$variable.value":                "north\nsouth ; api variables.0.value ; row variables.0.value",
				"variable.$variable.adjustable":           " ; api variables.0.adjustable=false ; row variables.0.adjustable=false",
				"variable.$variable.hidden":               "on ; api variables.0.hidden ; row variables.0.hidden",
			},
		},
		{
			route: edition, at: "/editions/$edition/edit", api: "/editions/$edition", row: "editions uuid=$edition",
			fields: map[string]string{
				"expires_mode": "days_after_activation", "expires_days": "31",
				"feature.$feature.granted":       "on ; api features.0.name=export ; row features.0.name=export",
				"limitation.$limitation.granted": "on ; api limitations.0.name=pages ; row limitations.0.name=pages",
				"variable.$variable.granted":     "on ; api variables.0.name=region ; row variables.0.name=region",
			},
		},
		{
			route: edition, at: "/editions/$team/edit", api: "/editions/$team", row: "editions uuid=$team",
			fields: map[string]string{
				"floating_token_limit": "41", "enforce_floating_limit": "", "max_sessions_per_client": "42", "session_period_minutes": "43",
				"checkout_period_minutes": "44",
			},
		},
		{
			route: licence, at: "/licenses/$named/change", api: "/licenses/$named", row: "licenses uuid=$named",
			fields: map[string]string{
				"name": "Site B", "licensee_email": "site@example.com", "legacy_license_key": "OLD-51",
				"starts_at":    "2031-04-01 ; api starts_at=2031-03-31T22:00:00Z ; row starts_at=1932760800000",
				"expires_mode": "at ; api -", "expires_at": "2031-05-01 ; api expires_at=" + mayDay + " ; row expires_at=" + mayRow,
				"token_limit": "51", "activation_buffer": "52", "goodwill_token_limit": "53", "goodwill_days": "54 ; api -", "heartbeat_period_days": "55 ; api -",
				"freeride_days": "56 ; api -", "trial_days": "57 ; api -", "release_limit": "5.0 ; api -", "minimum_release": "4.2 ; api -",
				"enforce_upgrade": "yes ; api - ; row enforce_upgrade=true", "offline_allowed": "yes ; api - ; row offline_allowed=true", "xml_files_allowed": "yes ; api - ; row xml_files_allowed=true",
				"offline_days":           "61 ; api -",
				"client_may_unassign":    "no ; api - ; row client_may_unassign=false",
				"deactivation_allowance": "59 ; api deactivations_allowed", "dashboard_deactivation_allowance": "60 ; api dashboard_deactivations_allowed",
				"api_deactivation_allowed": "yes ; api api_deactivation_allowed=true ; row api_deactivation_allowed=true",
				"feature-$feature":         "on ; api features.0.is_active=true ; row features.0.is_active=true",
				"feature-ends-$feature":    "2031-05-01 ; api features.0.expires_at=" + mayDay + " ; row features.0.expires_at=" + mayDay,
				"limitation-$limitation":   "58 ; api limitations.0.limit=58 ; row limitations.0.limit=58000000",
				"variable-$variable":       "west ; api variables.0.value ; row variables.0.value",
			},
		},
		{
			route: licence, at: "/licenses/$floating/change", api: "/licenses/$floating", row: "licenses uuid=$floating",
			fields: map[string]string{
				"expires_mode": "days_after_activation ; api -", "expires_days": "61 ; api -", "floating_token_limit": "62",
				"enforce_floating_limit": "no ; row enforce_floating_limit=false ; api enforce_floating_limit=false", "max_sessions_per_client": "63 ; api -", "session_period_minutes": "64 ; api -",
			},
		},
	}
	return append(append(all, w.namedTexts()...), w.prepaidForms()...)
}

// namedTexts are the forms of definitions and of mails, of which there are several kinds.
func (*formWalk) namedTexts() []edited {
	var all []edited
	for _, kind := range []string{"feature", "limitation", "variable"} {
		all = append(all, edited{
			route: "/products/{id}/" + kind + "s/{definition}/edit", at: "/products/$product/" + kind + "s/$" + kind + "/edit",
			api: "/products/$product/" + kind + "s", item: "id=$" + kind, row: kind + "s uuid=$" + kind,
			fields: map[string]string{"name": "named " + kind, "description": "what a\n" + kind + " is"},
		})
	}
	for _, kind := range []string{"license_issued", "new_device", "nearly_used_up", "goodwill", "expiring", "expired", "used_up", "refresh_due", "meter_threshold", "meter_exhausted", "prepaid_low"} {
		on := "on"
		if kind == "license_issued" || kind == "refresh_due" {
			on = "" // which is on from the start
		}
		is := map[string]string{"on": "1", "": "0"}[on]
		rule := edited{
			route: "/settings/mail", api: "/mail-rules", item: "kind=" + kind, row: "mail_rules kind=" + kind,
			fields: map[string]string{
				kind + "_is_on": on + " ; api is_on=" + map[string]string{"1": "true", "0": "false"}[is] + " ; row is_on=" + is,
				kind + "_to":    "staff ; api to_customer=false ; row to_customer=0",
				kind + "_staff": "a@example.com\nb@example.com ; api staff=a@example.com,b@example.com ; row staff=a@example.com\nb@example.com",
			},
		}
		if kind == "refresh_due" {
			rule.fields["refresh_due_days"] = "78 ; api days ; row days"
		}
		if kind == "expiring" {
			rule.fields["expiring_days"] = "77 ; api days ; row days"
		}
		all = append(all, rule)
	}
	all = append(all, edited{
		route: "/settings/mail", api: "/mail-rules", item: "kind=license_requested", row: "mail_rules kind=license_requested",
		fields: map[string]string{
			"license_requested_is_on": " ; api is_on=false ; row is_on=0",
			"license_requested_staff": "c@example.com ; api staff=c@example.com ; row staff=c@example.com",
		},
	})
	return append(all, edited{
		route: "/settings/mail/templates/{kind}/{language}", at: "/settings/mail/templates/used_up/en", api: "/mail-templates", item: "kind=used_up", row: "mail_templates kind=used_up",
		fields: map[string]string{
			"subject": "Full: {{.Product}}", "text": "{{.Used}} of\n{{.Allowed}} ; row body_text", "html": "<p>{{.Used}}</p>\n<p>more</p> ; row body_html",
		},
	})
}
