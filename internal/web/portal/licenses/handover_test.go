package licenses_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

const chosen = "violet harbour nineteen"

// A licensee hands a licence to somebody who is no user yet: nothing changes until they
// confirm it from their mailbox; then it is theirs alone, and its mails and access tokens follow.
func TestHandingALicenceOver(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, _ := m.Issue(t, `"token_limit":1`)
		m.Box.Read(t) // the licence's
		otto := m.AsOwner(t, m.Vendor, "kirk@example.com", nil)
		token := otto.AccessToken(t, "script", "30")
		page := "/licenses/" + id
		if p := otto.Fill(t, page+"/hand-over", url.Values{"email": {"lena@werk.example"}, "password": {"not it at all"}}); p.Status != 400 || m.Box.Waiting() != 0 {
			t.Errorf("with a wrong password: %d", p.Status)
		}
		servertest.Refuses(t, otto.Fill(t, page+"/hand-over", url.Values{"email": {"Kirk@Example.com"}, "password": {otto.Password}}), "email", "is the licensee's already")
		first := m.HandOver(t, otto, id, "first@werk.example", "kirk@example.com")
		link := m.HandOver(t, otto, id, "Lena.Maier@werk.example", "kirk@example.com")
		lena := m.Browser(t, m.Vendor).At("portal")
		servertest.Says(t, lena.Get(t, first), "main", "A newer hand-over was asked for")

		// Who is signed in as somebody else takes nothing over, by the page or without it.
		p := otto.Get(t, link)
		servertest.Says(t, p, "main", "kirk@example.com", "lena.maier@werk.example", "Sign out and go on as")
		_, secret, _ := strings.Cut(link, "token=")
		otto.Post(t, "/take-over", url.Values{"token": {secret}})
		servertest.Says(t, otto.Get(t, page), "main", "To be handed over.")

		p = lena.Press(t, lena.Get(t, link), "Take it over", nil)
		servertest.Says(t, p, "main", "The licence is yours from now on. Set a password", "lena.maier@werk.example")
		for range 2 {
			if told := m.Box.Read(t); !strings.Contains(told.Text, "lena.maier@werk.example") || !strings.Contains(told.Text, "kirk@example.com") {
				t.Errorf("told %s: %s", told.To, told.Text)
			}
		}
		lena.Press(t, p, "Set the password", url.Values{"password": {chosen}})
		lena.Enter(t, "lena.maier@werk.example", chosen)
		servertest.Says(t, lena.Get(t, page), "main", "lena.maier@werk.example")
		if p := otto.Get(t, page); p.Status != 404 {
			t.Errorf("the former licensee sees the licence: %d", p.Status)
		}
		if a := m.Do(t, "GET", "/api/v1/licenses/"+id, nil, "Authorization", "Bearer "+token); a.Status != 404 {
			t.Errorf("the former licensee's access token reaches it: %d", a.Status)
		}
		servertest.Says(t, lena.Get(t, link), "main", "This link has been used: the licence was handed over.")
		m.API(t, 204, "POST", "/licenses/"+id+"/mail", nil)
		if to := m.Box.Read(t).To; to != "lena.maier@werk.example" {
			t.Errorf("the licence's mail goes to %s", to)
		}
		history := m.SignIn(t, m.Vendor).Get(t, "/licenses/"+id+"/history")
		servertest.Says(t, history, "main", "Licence handed over", "Licence hand over requested", "lena.maier@werk.example")
	})
}

// An administrator of the customer hands over and cancels, and so does the vendor's staff;
// others do neither, and nobody does where the vendor has switched it off.
func TestWhoHandsOver(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, _ := m.Issue(t, `"token_limit":1`)
		m.Box.Read(t)
		page := "/licenses/" + id
		admin := m.AsOwner(t, m.Vendor, "admin@kirk.example", map[string]owners.Role{m.Customer: owners.Administrator})
		operator := m.AsOwner(t, m.Vendor, "operator@kirk.example", map[string]owners.Role{m.Customer: owners.Operator})
		lena := m.AsOwner(t, m.Vendor, "lena@werk.example", nil)
		if p := operator.Get(t, page+"/hand-over"); p.Status != 403 {
			t.Errorf("an operator opens the form: %d", p.Status)
		}
		if p := operator.Post(t, page+"/hand-over", url.Values{"email": {"x@example.com"}, "password": {operator.Password}}); p.Status != 403 {
			t.Errorf("an operator hands over: %d", p.Status)
		}
		link := m.HandOver(t, admin, id, "lena@werk.example", "kirk@example.com")
		operator.Post(t, page+"/hand-over/cancel", nil)
		servertest.Says(t, operator.Get(t, page), "main", "To be handed over.")
		admin.Press(t, admin.Get(t, page), "Cancel the hand-over", nil)
		servertest.Says(t, lena.Get(t, link), "main", "The hand-over was cancelled.")

		link = m.HandOver(t, admin, id, "lena@werk.example", "kirk@example.com")
		console := m.SignIn(t, m.Vendor)
		servertest.Says(t, console.Get(t, page), "main", "lena@werk.example", "To be handed over.")
		console.Press(t, console.Get(t, page), "Cancel the hand-over", nil)
		servertest.Says(t, lena.Get(t, link), "main", "The hand-over was cancelled.")

		link = m.HandOver(t, admin, id, "lena@werk.example", "kirk@example.com")
		opened := lena.Get(t, link)
		m.API(t, 200, "PATCH", "/vendor", `{"no_hand_over":true}`)
		servertest.Says(t, lena.Press(t, opened, "Take it over", nil), "main", "Only Acme hands licences over here now.")
		if p := admin.Get(t, page+"/hand-over"); p.Status != 403 || !strings.Contains(p.Text("main"), "Here only the vendor hands licences over.") {
			t.Errorf("the form where it is switched off: %d %s", p.Status, p.Text("main"))
		}
		m.API(t, 200, "PATCH", "/vendor", `{"no_hand_over":false}`)
		p := lena.Press(t, lena.Get(t, link), "Take it over", nil)
		if p.Path != page || !strings.Contains(p.Text("main"), "The licence is yours from now on.") {
			t.Errorf("who has an account comes to %s: %s", p.Path, p.Text("main"))
		}
	})
}

// The mails of a hand-over are in the language of the licence's customer, for who has chosen
// none: to the former licensee too, who belongs to the customer no more.
func TestHandOversSpeakTheCustomersLanguage(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		m.API(t, 200, "PATCH", "/customers/"+m.Customer, `{"language":"de"}`)
		id, _ := m.Issue(t, `"token_limit":1`)
		m.Box.Read(t)
		otto := m.AsOwner(t, m.Vendor, "kirk@example.com", nil)
		link := ""
		read := func() {
			t.Helper()
			for range 2 {
				got := m.Box.Read(t)
				if !strings.Contains(got.HTML, `lang="de"`) {
					t.Errorf("to %s: %s", got.To, got.Subject)
				}
				if got.To == "lena@werk.example" && link == "" {
					link = got.Link(t, "/portal/acme/take-over?")
				}
			}
		}
		otto.Post(t, "/licenses/"+id+"/hand-over", url.Values{"email": {"lena@werk.example"}, "password": {otto.Password}})
		read()
		_, secret, _ := strings.Cut(link, "token=")
		m.Browser(t, m.Vendor).At("portal").Post(t, "/take-over", url.Values{"token": {secret}})
		read()
	})
}
