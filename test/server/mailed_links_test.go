package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
)

// mailedLink is a link of one kind that lies in a mailbox.
type mailedLink struct {
	link    string // with the face's base
	to      string // whose it is
	button  string
	fill    url.Values
	action  string // that the log shows once when it was used
	account string // the address to look at in the log
}

// mailedLinks sends one link of each kind, of each face.
func mailedLinks(t *testing.T, m *servertest.Mailed) map[string]mailedLink {
	t.Helper()
	r, v := m.Program.Rooms(), m.RoomID(t, m.Vendor)
	all := map[string]mailedLink{}
	staff := func(email, role string) identity.User {
		t.Helper()
		var u identity.User
		secret, err := r.Users.NewSecret(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.DB.Run(t.Context(), func(x tx.Tx) (err error) {
			u, err = r.Users.Create(x, identity.Operator(v), identity.NewUser{Email: email, Role: role, Secret: &secret})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return u
	}
	password := url.Values{"password": {chosen}}
	for face, role := range map[string]string{"console": identity.Viewer, "portal": ""} {
		forgets := "forgets." + face + "@werk.example"
		staff(forgets, role)
		b := m.Browser(t, m.Vendor).At(face)
		b.Press(t, b.Get(t, "/forgot"), "Recover password", url.Values{"email": {forgets}})
		all["recovery, "+face] = mailedLink{m.Box.Read(t).Link(t, "/"+face+"/acme/reset?"), forgets, "Reset password", password, "user.password_recovered", forgets}

		moves := staff("moves."+face+"@werk.example", role)
		if err := r.DB.Run(t.Context(), func(x tx.Tx) error { return r.Addresses.AskFor(x, v, moves.UUID, "moved."+face+"@heim.example") }); err != nil {
			t.Fatal(err)
		}
		one, other := m.Box.Read(t), m.Box.Read(t)
		if one.To == moves.Email {
			one, other = other, one
		}
		if other.To != moves.Email || !strings.Contains(other.Text, "moved."+face+"@heim.example") || strings.Contains(other.Text+other.HTML, "token=") {
			t.Errorf("the old address is told: to %s %s", other.To, other.Text)
		}
		all["a new address, "+face] = mailedLink{
			one.Link(t, "/"+face+"/acme/confirm-address?"), moves.Email, "Use the new address", nil, "user.address_changed", moves.Email,
		}
	}
	console := m.SignIn(t, m.Vendor)
	console.Post(t, "/settings/team/invite", url.Values{"email": {"new.staff@werk.example"}, "role": {identity.Viewer}})
	all["an invitation, console"] = mailedLink{
		m.Box.Read(t).Link(t, "/console/acme/reset?"), "new.staff@werk.example", "Set the password", password, "user.invitation_accepted", "new.staff@werk.example",
	}
	m.API(t, 201, "POST", "/customers/"+m.Customer+"/users", `{"email":"new.owner@werk.example","role":"viewer"}`)
	all["an invitation, portal"] = mailedLink{
		m.Box.Read(t).Link(t, "/portal/acme/reset?"), "new.owner@werk.example", "Set the password", password, "user.invitation_accepted", "new.owner@werk.example",
	}
	handed := handedLicense(t, m)
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		id, err := r.LicenseRows.LicenseID(x, v, handed)
		if err != nil {
			return err
		}
		asker, err := r.Users.Ensure(x, v, "kirk@example.com", "Kirk")
		if err != nil {
			return err
		}
		to, asked, secret, err := r.Licenses.AskHandOver(x, licensing.HandOverCommand{Vendor: v, License: id, By: asker.ID, Address: "new.licensee@werk.example"})
		if err != nil {
			return err
		}
		return r.HandOvers().Post.Asked(x, to, asked, secret, "kirk@example.com")
	}); err != nil {
		t.Fatal(err)
	}
	one, other := m.Box.Read(t), m.Box.Read(t)
	if one.To == "kirk@example.com" {
		one, other = other, one
	}
	if other.To != "kirk@example.com" || strings.Contains(other.Text+other.HTML, "token=") {
		t.Errorf("the licensee is told: to %s %s", other.To, other.Text)
	}
	all["a hand-over, portal"] = mailedLink{
		one.Link(t, "/portal/acme/take-over?"), "new.licensee@werk.example", "Take it over", nil, "license.handed_over", "new.licensee@werk.example",
	}
	return all
}

// handedLicense issues a licence of the customer's, and reads its mail.
func handedLicense(t *testing.T, m *servertest.Mailed) ident.UUID {
	t.Helper()
	text, _ := m.Issue(t, `"token_limit":1`)
	m.Box.Read(t)
	id, err := ident.ParseUUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// logged counts how often somebody did something.
func logged(t *testing.T, m *servertest.Mailed, action, who string) (n int) {
	t.Helper()
	if _, err := m.Program.Rooms().DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM audit_log WHERE action = $1 AND actor_name = $2`,
		[]any{action, who}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// state is what a mailed link could change.
func state(t *testing.T, m *servertest.Mailed) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`SELECT COUNT(*) FROM user_links`, `SELECT COUNT(*) FROM former_links`, `SELECT COUNT(*) FROM user_sessions`, `SELECT COUNT(*) FROM users`,
		`SELECT COUNT(*) FROM users WHERE password_hash <> ''`, `SELECT COUNT(*) FROM users WHERE email LIKE '%@heim.example'`,
		`SELECT COUNT(*) FROM license_handovers WHERE ended = ''`, `SELECT COUNT(*) FROM licenses WHERE licensee_email = 'kirk@example.com'`,
		`SELECT COUNT(*) FROM audit_log`, `SELECT COUNT(*) FROM mails`, `SELECT COUNT(*) FROM sign_in_steps`, `SELECT COUNT(*) FROM sign_in_ceremonies`,
	} {
		var n int
		if _, err := m.Program.Rooms().DB.QueryRow(t.Context(), query, nil, &n); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s: %d\n", query, n)
	}
	return all.String()
}

// The attack: a mail filter opens every link, by HEAD and GET, twice, with a browser that
// keeps cookies, before its reader does. Nothing changes, nobody is signed in; the
// person's click works then, once.
func TestMailFiltersChangeNothing(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		links := mailedLinks(t, m)
		before := state(t, m)
		for name, l := range links {
			filter := m.Browser(t, m.Vendor)
			filter.Base = ""
			for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodHead, http.MethodGet, http.MethodGet} {
				p := filter.Send(t, method, l.link)
				if p.Status != 200 {
					t.Errorf("%s: %s answers %d at %s", name, method, p.Status, p.Path)
				}
				for _, cookie := range p.Header.Values("Set-Cookie") {
					t.Errorf("%s: %s sets %s", name, method, cookie)
				}
				if method == http.MethodGet && (p.Find("main form").Length() != 1 || p.Find("main form[method=post] button[type=submit]").Length() != 1 ||
					p.Find("main script, [onload], [autofocus][onfocus], meta[http-equiv=refresh]").Length() != 0) {
					t.Errorf("%s: the page has %d forms: %s", name, p.Find("main form").Length(), p.Text("main"))
				}
			}
		}
		if after := state(t, m); after != before {
			t.Errorf("opening links changed\n%s\nto\n%s", before, after)
		}
		for name, l := range links {
			b := m.Browser(t, m.Vendor)
			b.Base = ""
			p := b.Press(t, b.Get(t, l.link), l.button, l.fill)
			if p.Status != 200 || strings.Contains(p.Text("main"), "is over") {
				t.Errorf("%s: the person's click: %d %s", name, p.Status, p.Text("main"))
			}
			if p := b.Get(t, l.link); !strings.Contains(p.Text("main"), "has been used") {
				t.Errorf("%s: once more: %s", name, p.Text("main"))
			}
			if n := logged(t, m, l.action, l.account); n != 1 {
				t.Errorf("%s: the log has %d times %s", name, n, l.action)
			}
		}
	})
}

// A link for one person does nothing where another is signed in: it names both, and goes
// on after signing out. Nothing is used up on the way.
func TestLinksOpenedByAnother(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		for name, l := range mailedLinks(t, m) {
			otto := m.Browser(t, m.Vendor)
			if strings.HasPrefix(l.link, "/portal/") {
				otto = otto.At("portal")
			}
			otto.Enter(t, m.Vendor.OwnerEmail, m.Vendor.OwnerPassword)
			before := state(t, m)
			path := strings.TrimPrefix(l.link, otto.Base)
			p := otto.Get(t, path)
			servertest.Says(t, p, "main", m.Vendor.OwnerEmail, l.to)
			at, token, _ := strings.Cut(path, "?token=")
			forced := url.Values{"token": {token}, "password": {chosen}}
			if p := otto.Post(t, at, forced); p.Text("h1") != "This link is for somebody else" {
				t.Errorf("%s: otto's click leads to %s: %s", name, p.Path, p.Text("main"))
			}
			if after := state(t, m); after != before {
				t.Errorf("%s: otto changed\n%s\nto\n%s", name, before, after)
			}
			p = otto.Press(t, p, "Sign out and go on as "+l.to, nil)
			if p.Path != path {
				t.Errorf("%s: signing out leads to %s, want %s", name, p.Path, path)
			}
			if p := otto.Press(t, p, l.button, l.fill); p.Status != 200 || logged(t, m, l.action, l.account) != 1 {
				t.Errorf("%s: going on: %d %s", name, p.Status, p.Text("main"))
			}
		}
	})
}

// An older link says when the newer one was sent, and the newer one works; a changed
// address ends what lies in the old mailbox.
func TestOutdatedLinks(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		anna := m.AsOwner(t, m.Vendor, "anna@werk.example", map[string]owners.Role{m.Customer: owners.Viewer})
		out := m.Browser(t, m.Vendor).At("portal")
		out.Travel(t, "UTC")
		forgot := func(email string) string {
			t.Helper()
			out.Press(t, out.Get(t, "/forgot"), "Recover password", url.Values{"email": {email}})
			return strings.TrimPrefix(m.Box.Read(t).Link(t, "/portal/acme/reset?"), out.Base)
		}
		first := forgot("anna@werk.example")
		m.Clock.Advance(5 * time.Minute)
		second := forgot("anna@werk.example")
		servertest.Says(t, out.Get(t, first), "main", "A newer link was sent on 14 Mar 2026, 09:05.")
		_, token, _ := strings.Cut(first, "token=")
		servertest.Says(t, out.Post(t, "/reset", url.Values{"token": {token}, "password": {chosen}}), "main", "A newer link was sent on 14 Mar 2026, 09:05.")
		if p := out.Get(t, second); p.Text("h1") != "Reset password" {
			t.Errorf("the newer link shows %s", p.Text("main"))
		}

		p := anna.Fill(t, "/account/email", url.Values{"email": {"anna@heim.example"}, "password": {"wrong"}})
		servertest.Refuses(t, p, "password", "is not your password")
		anna.Fill(t, "/account/email", url.Values{"email": {"anna@heim.example"}, "password": {anna.Password}})
		one, other := m.Box.Read(t), m.Box.Read(t)
		if one.To != "anna@heim.example" {
			one, other = other, one
		}
		if other.To != "anna@werk.example" || !strings.Contains(other.Text, "Nothing changes until the new address confirms it") {
			t.Errorf("the old address is told: %s", other.Text)
		}
		servertest.Says(t, anna.Get(t, "/account"), "main", "anna@heim.example has yet to confirm")
		confirm := strings.TrimPrefix(one.Link(t, "/portal/acme/confirm-address?"), anna.Base)
		anna.Press(t, anna.Get(t, confirm), "Use the new address", nil)
		servertest.Says(t, out.Get(t, second), "main", "This link is over")
		told := map[string]bool{m.Box.Read(t).To: true, m.Box.Read(t).To: true}
		if !told["anna@werk.example"] || !told["anna@heim.example"] {
			t.Errorf("told are %v", told)
		}
		servertest.Says(t, anna.Get(t, "/account"), "main", "anna@heim.example")
		fresh := m.Browser(t, m.Vendor).At("portal")
		fresh.Enter(t, "anna@heim.example", anna.Password)
	})
}
