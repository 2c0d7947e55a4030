package server_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/identity"
	"chancery/internal/outbox"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// aged makes all sessions begin two hours ago: an unattended browser.
func aged(t *testing.T, s *servertest.Server) {
	t.Helper()
	if err := s.Program.Rooms().DB.Run(t.Context(), func(x tx.Tx) error {
		_, err := store.On(x).Exec(`UPDATE user_sessions SET created_at = created_at - 7200000`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Attack: at an unattended browser, making recovery codes and removing the second
// factor with one of them, or setting up an app of one's own.
func TestSecondFactorsTakeProof(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b, _, _ := withPasskey(t, s, v)
		aged(t, s)
		for name, password := range map[string]string{"none": "", "a wrong one": "is not it at all"} {
			p := b.Post(t, "/account/codes", url.Values{"password": {password}})
			if p.Status != 400 || p.Find(".app-codes").Length() != 0 || p.Find("input[name=password]").Length() != 1 {
				t.Errorf("codes with %s: %d %s", name, p.Status, p.Text("main"))
			}
		}
		if p := b.Post(t, "/account/codes", url.Values{"password": {v.OwnerPassword}}); p.Find(".app-codes li").Length() != 10 {
			t.Errorf("codes with the password: %d %s", p.Status, p.Text("main"))
		}
		setup := b.Post(t, "/account/app", nil)
		if p := b.Post(t, "/account/app/confirm", url.Values{"code": {"123456"}}); p.Status != 400 || !strings.Contains(p.Text("#password-error"), "is not your password") {
			t.Errorf("an app without the password: %d %s", p.Status, p.Text("main"))
		}
		if setup.Find("input[name=password]").Length() != 1 {
			t.Errorf("the password is not asked for: %s", setup.Text("main"))
		}
	})
}

// An invitation's link can be handed over as it is shown, and the page tells the
// truth about the mail.
func TestInvitationIsAWholeLink(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "licences.example.com"} })
	owner := s.SignIn(t, s.Vendor(t, "Acme"))
	made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "role": {"viewer"}})
	link := made.Find("[data-copy]").AttrOr("data-copy", "")
	if !strings.HasPrefix(link, "http://licences.example.com"+owner.Base+"/reset?token=chl_") {
		t.Errorf("the link is %s", link)
	}
	if !strings.Contains(made.Text("main"), "mails no links") {
		t.Errorf("without a mail server it says: %s", made.Text("main"))
	}
	if p := s.Browser(t, s.Vendor(t, "Bolt")).Get(t, "/forgot"); !strings.Contains(p.Text("main"), "mails no links") {
		t.Errorf("without a mail server the recovery says: %s", p.Text("main"))
	}
}

// What can't be undone asks first: a link or a button that was hit by mistake changes
// nothing.
func TestWhatCannotBeUndoneAsksFirst(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b, _, _ := withPasskey(t, s, v)
	b.Post(t, "/settings/roles/new", url.Values{"name": {"Night shift"}, "permissions": {"view_licenses"}})
	role := strings.TrimPrefix(b.Get(t, "/settings/roles").Find("#rows a").Last().AttrOr("href", ""), b.Base)
	user := strings.TrimPrefix(b.Get(t, "/settings/team").Find("#rows a").First().AttrOr("href", ""), b.Base)
	for page, act := range map[string]string{role: "delete", user: "clear-second-factor"} {
		shown := b.Get(t, page)
		if shown.Find(`form[action$="/`+act+`"]`).Length() != 0 || shown.Find(`a[href$="/`+act+`"]`).Length() != 1 {
			t.Errorf("%s is done at once", act)
		}
		if p := b.Get(t, page+"/"+act); p.Status != 200 || p.Find("form.app-form .btn-danger").Length() != 1 {
			t.Errorf("%s does not ask: %d %s", act, p.Status, p.Text("main"))
		}
	}
	if p := b.Post(t, role+"/delete", nil); p.Path != "/settings/roles" || strings.Contains(p.Text("#rows"), "Night shift") {
		t.Errorf("the role: %d at %s: %s", p.Status, p.Path, p.Text("main"))
	}
}

// Who changes the vendor's place in addresses stays signed in, and is told so there.
func TestAnotherSlugKeepsOneSignedIn(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	form := servertest.Filled(b.Get(t, "/settings/vendor"))
	form.Set("slug", "acme-tools")
	p := b.Post(t, "/settings/vendor", form)
	if p.Status != 200 || p.Path != "-tools/settings/vendor" || !strings.Contains(p.Text("#flash"), "saved") {
		t.Errorf("%d at %s: %s", p.Status, p.Path, p.Text("main"))
	}
}

// Attack: reading a receiver's token out of the audit log, which others may see.
func TestTheAuditLogLeavesTokensOfReceiversOut(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	b.Post(t, "/settings/webhooks/new", url.Values{
		"kind": {"webhook"}, "target": {"https://hooks.example.com/in?token=hush-hush"}, "events": {"license.issued"},
	})
	log := b.Get(t, "/audit-log?cols=what,who,after").Body
	if strings.Contains(log, "hush-hush") || !strings.Contains(log, "hooks.example.com/in") {
		t.Errorf("the audit log: %s", log)
	}
}

// A preview of what can't be read as a form is refused, and is no fault of the server.
func TestPreviewOfWhatIsNoForm(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	p := b.Post(t, "/settings/mail/templates/test/preview", nil, "Content-Type", "multipart/form-data; boundary=none")
	if p.Status != 400 {
		t.Errorf("%d %s", p.Status, p.Text("main"))
	}
}

// keyKeeper is somebody of a vendor's team who may look after API keys and the team, and nothing else.
func keyKeeper(t *testing.T, s *servertest.Server, v wiring.NewVendor, owner *servertest.Browser) *servertest.Browser {
	t.Helper()
	owner.Post(t, "/settings/roles/new", url.Values{"name": {"Keys"}, "permissions": {"manage_api_keys", "manage_team"}})
	role := owner.Get(t, "/settings/roles").Find("#rows a").Last().AttrOr("href", "")
	made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "role": {role[strings.LastIndex(role, "/")+1:]}})
	_, token, _ := strings.Cut(made.Find("[data-copy]").AttrOr("data-copy", ""), "token=")
	bob := s.Browser(t, v)
	bob.Post(t, "/reset", url.Values{"token": {token}, "password": {newPassword}})
	bob.Post(t, "/sign-in", url.Values{"email": {"bob@example.com"}, "password": {newPassword}})
	return bob
}

// Attack: somebody who may only look after API keys stops the back office of who may
// do everything.
func TestAKeyBeyondOnesOwnPermissionsIsNotRevoked(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	owner := s.SignIn(t, v)
	bob := keyKeeper(t, s, v, owner)
	refused := 0
	bob.Get(t, "/settings/api-keys").Find(`#rows a[href$="/revoke"]`).Each(func(_ int, a *goquery.Selection) {
		if p := bob.Post(t, strings.TrimPrefix(a.AttrOr("href", ""), bob.Base), nil); p.Status == 403 {
			refused++
		}
	})
	if rows := owner.Get(t, "/settings/api-keys").Text("#rows"); refused != 2 || strings.Contains(rows, "Revoked") {
		t.Errorf("%d refused: %s", refused, rows)
	}
}

// Attack: the same person makes themselves a key that may do more than they.
func TestAKeyBeyondOnesOwnPermissionsIsNotMade(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	bob := keyKeeper(t, s, v, s.SignIn(t, v))
	ask := func(kind string, permissions ...string) *servertest.Page {
		return bob.Post(t, "/settings/api-keys/new", url.Values{"name": {"Mine"}, "kind": {kind}, "permissions": permissions})
	}
	made := 0
	for _, permission := range identity.AllPermissions() {
		p := ask("admin", string(permission))
		if permission == identity.ManageAPIKeys || permission == identity.ManageTeam {
			if made++; p.Status != 200 || !strings.Contains(p.Text("main"), "The key was created") {
				t.Errorf("%s: %d %s", permission, p.Status, p.Text("main"))
			}
			continue
		}
		if got := p.Text(".app-error"); p.Status != 400 || !strings.Contains(got, "must hold none that you do not have yourself") {
			t.Errorf("%s: %d %q", permission, p.Status, got)
		}
	}
	if p := ask("provisioning"); p.Status != 400 {
		t.Errorf("what programs may do: %d %s", p.Status, p.Text("main"))
	}
	if rows := bob.Get(t, "/settings/api-keys").Text("#rows"); made != 2 || strings.Count(rows, "Mine") != made {
		t.Errorf("%s", rows)
	}
}

// Attack: somebody who may set up deliveries, and see nothing, has what happens sent
// to an address of their own, by webhook or by mail, or looks at what was sent to others.
func TestDeliveriesShowNobodyMoreThanTheScreens(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	v := s.Vendor(t, "Acme")
	key := func(secret string, permissions ...identity.Permission) string {
		var made struct{ Secret string }
		a := s.Do(t, "POST", "/api/v1/api-keys", map[string]any{"kind": "admin", "name": "Deliveries", "permissions": permissions}, "Authorization", "Bearer "+secret)
		if a.Status != 201 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		a.JSON(t, &made)
		return made.Secret
	}
	call := func(secret, method, path, body string, want int) (m map[string]any) {
		t.Helper()
		a := s.Do(t, method, "/api/v1/"+path, body, "Authorization", "Bearer "+secret)
		if a.Status != want {
			t.Fatalf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, want)
		}
		if len(a.Body) > 0 {
			a.JSON(t, &m)
		}
		return m
	}
	bob, carol := key(v.AdminKey, identity.ManageDelivery), key(v.AdminKey, identity.ManageDelivery, identity.ViewCustomers)
	subscribe := func(secret, event string, want int) map[string]any {
		t.Helper()
		return call(secret, "POST", "subscriptions", `{"kind":"webhook","target":"https://hooks.example.com/","events":["`+event+`"]}`, want)
	}
	for _, event := range outbox.Catalogue() {
		subscribe(bob, event, 403)
	}
	call(bob, "POST", "subscriptions", `{"kind":"mail","target":"bob@example.com","events":["license.issued"]}`, 403)
	subscribe(carol, "customer.created", 201)
	subscribe(carol, "license.issued", 403)

	one := "subscriptions/" + subscribe(v.AdminKey, "license.issued", 201)["id"].(string)
	for _, secret := range []string{bob, carol} {
		call(secret, "PATCH", one, `{"target":"https://eve.example.com/"}`, 403)
		call(secret, "POST", one+"/rotate-secret", `{}`, 403)
		call(secret, "POST", one+"/test", `{}`, 403)
		call(secret, "POST", one+"/replay", `{"all_dead":true}`, 403)
		call(secret, "DELETE", one, "", 403)
	}
	call(v.AdminKey, "POST", one+"/test", `{}`, 201)

	rule := func(staff string) string {
		return `{"kind":"license_issued","is_on":true,"to_customer":true,"staff":[` + staff + `]}`
	}
	call(bob, "PUT", "mail-rules", rule(`"bob@example.com"`), 403)
	call(bob, "PUT", "mail-rules", rule(""), 200)
	call(v.AdminKey, "PUT", "mail-rules", rule(`"ops@example.com"`), 200)
	product := call(v.AdminKey, "POST", "products", `{"name":"Drill"}`, 201)["id"].(string)
	customer := call(v.AdminKey, "POST", "customers", `{"company_name":"Kirk","email":"kirk@example.com"}`, 201)["id"].(string)
	edition := call(v.AdminKey, "POST", "editions", `{"product_id":"`+product+`","name":"Pro","provisioning_mode":"named","token_limit":1}`, 201)["id"].(string)
	call(v.AdminKey, "POST", "licenses", `{"edition_id":"`+edition+`","customer_id":"`+customer+`","licensee_email":"kirk@example.com"}`, 201)
	// What was sent to others is told to nobody who may not see it.
	reads := func(secret, path, what string, want bool) {
		t.Helper()
		a := s.Do(t, "GET", "/api/v1/"+path, nil, "Authorization", "Bearer "+secret)
		if a.Status != 200 || strings.Contains(string(a.Body), what) != want {
			t.Errorf("%s: %d %s; with %q: want %t", path, a.Status, a.Body, what, want)
		}
	}
	reads(v.AdminKey, one+"/items", "license_id", true)
	reads(bob, one+"/items", "license_id", false)
	reads(carol, one+"/items", "license_id", false)
	reads(bob, one+"/deliveries", "license_id", false)
	license := call(v.AdminKey, "GET", "licenses", "", 200)["items"].([]any)[0].(map[string]any)["license_key"].(string)
	mails := call(bob, "GET", "mails", "", 200)["items"].([]any)
	if len(mails) == 0 {
		t.Fatal("no mail")
	}
	for _, m := range mails {
		path := "mails/" + m.(map[string]any)["id"].(string)
		reads(bob, path, license, false)
		reads(v.AdminKey, path, license, true)
	}
}

// Ending the other sessions is a change like any other: the audit log tells who did it.
func TestEndingOtherSessionsIsRecorded(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	other, b := s.SignIn(t, v), s.SignIn(t, v)
	b.Post(t, "/account/sessions/end-others", nil)
	if p := other.Get(t, "/account"); !strings.HasPrefix(p.Path, "/sign-in") {
		t.Errorf("the other session goes on at %s", p.Path)
	}
	log := b.Get(t, "/audit-log?subject=user").Text("#rows")
	if !strings.Contains(log, "User other sessions revoked") || strings.Contains(log, "A client") {
		t.Errorf("the audit log: %s", log)
	}
}

// The key that programs pin can be copied from the console: a key id looks like one,
// and is none.
func TestThePinnedKeyIsShown(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	shown := s.SignIn(t, v).Get(t, "/settings/signing-keys").Find("[data-copy]").First()
	if got := shown.AttrOr("data-copy", ""); got != v.Ed25519PublicKey {
		t.Errorf("shown is %q, and %q is what the command line printed", got, v.Ed25519PublicKey)
	}
}

// Who makes a provisioning key gets the public key to pin with it.
func TestAProvisioningKeyComesWithItsPin(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	made := s.SignIn(t, v).Post(t, "/settings/api-keys/new", url.Values{"name": {"Desktop 3.0"}, "kind": {"provisioning"}})
	if !strings.Contains(made.Text("main"), v.Ed25519PublicKey) {
		t.Errorf("no key to pin: %s", made.Text("main"))
	}
}
