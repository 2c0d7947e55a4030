package people_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

const chosen = "violet harbour nineteen"

// An administrator invites somebody who is no user yet, and somebody who is; both are
// told by mail, and nobody but they get a link.
func TestInvitingPeople(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		admin := m.AsOwner(t, m.Vendor, "admin@example.com", map[string]owners.Role{m.Customer: owners.Administrator})
		m.AsOwner(t, m.Vendor, "known@example.com", nil)
		m.Issue(t, `"token_limit":1`)
		m.Box.Read(t) // the licence's
		list := "/people/" + m.Customer
		if p := admin.Get(t, "/people"); p.Path != list || !strings.Contains(p.Text("main"), "Kirk") {
			t.Fatalf("People leads to %s: %s", p.Path, p.Text("main"))
		}
		invite := func(by *servertest.Browser, at, email, role string) *servertest.Page {
			return by.Press(t, by.Get(t, at+"/invite"), "Send the invitation", url.Values{"email": {email}, "name": {"New one"}, "role": {role}})
		}
		p := invite(admin, list, "New@Example.com", "operator")
		mail := m.Box.Read(t)
		link := mail.Link(t, "/portal/acme/reset?token=")
		if strings.Contains(p.Body, "token=") || mail.To != "new@example.com" || !strings.Contains(mail.Text, "the licences of Kirk") || !strings.Contains(mail.Text, "operator") {
			t.Errorf("the mail to %s: %s\nthe page: %s", mail.To, mail.Text, p.Text("main"))
		}
		if !strings.Contains(p.Text("#rows"), "new@example.com") || strings.Contains(p.Text("#rows"), "New one") {
			t.Errorf("the list: %s", p.Text("#rows"))
		}
		fresh := m.Browser(t, m.Vendor).At("portal")
		fresh.Press(t, fresh.Get(t, strings.TrimPrefix(link, fresh.Base)), "Set the password", url.Values{"password": {chosen}})
		fresh.Enter(t, "new@example.com", chosen)
		if p := fresh.Get(t, "/"); !strings.Contains(p.Text("main"), "Pro") {
			t.Errorf("the invited sees %s", p.Text("main"))
		}
		if p := fresh.Get(t, list); p.Status != 403 {
			t.Errorf("an operator sees the people: %d", p.Status)
		}

		invite(admin, list, "known@example.com", "viewer")
		told := m.Box.Read(t)
		if told.To != "known@example.com" || strings.Contains(told.Text+told.HTML, "token=") || !strings.Contains(told.HTML, "https://licences.example.com/portal/acme/") {
			t.Errorf("the mail to who has an account: %s", told.Text)
		}
		if p := invite(admin, list, "known@example.com", "viewer"); p.Status != 409 {
			t.Errorf("invited twice: %d", p.Status)
		}

		// Staff do the same on the customer's page, and programs by the API.
		console := m.SignIn(t, m.Vendor)
		invite(console, "/customers/"+m.Customer+"/people", "third@example.com", "viewer")
		m.Box.Read(t).Link(t, "/portal/acme/reset?token=")
		users := "/customers/" + m.Customer + "/users"
		made := m.API(t, 201, "POST", users, `{"email":"fourth@example.com","role":"viewer"}`)
		m.Box.Read(t).Link(t, "/portal/acme/reset?token=")
		changed := m.API(t, 200, "PATCH", users, map[string]any{"user_id": made["user_id"], "role": "administrator"})
		if changed["role"] != "administrator" || changed["last_sign_in_at"] != nil {
			t.Errorf("changed: %v", changed)
		}
		m.API(t, 204, "DELETE", users+"?user_id="+made["user_id"].(string), nil)
		if all := m.API(t, 200, "GET", users, nil)["items"].([]any); len(all) != 4 {
			t.Errorf("the API lists %v", all)
		}
		p = console.Get(t, "/customers/"+m.Customer+"/people")
		if !strings.Contains(p.Text("#rows"), "third@example.com") || strings.Contains(p.Text("#rows"), "fourth@example.com") {
			t.Errorf("the console lists %s", p.Text("#rows"))
		}
	})
}

// A role is changed and taken away, one's own is not, and a page of many mails says stop.
func TestChangingPeople(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		s.Issue(t, s.Edition, servertest.Fields{"name": "The firm's"})
		admin := server.AsOwner(t, s.Vendor, "admin@example.com", map[string]owners.Role{s.Customer: owners.Administrator})
		other := server.AsOwner(t, s.Vendor, "other@example.com", map[string]owners.Role{s.Customer: owners.Viewer})
		list := "/people/" + s.Customer
		p := admin.Get(t, list)
		if links := p.Find("#rows a[href*='/people/']"); links.Length() != 1 {
			t.Fatalf("%d people can be changed, want the other: %s", links.Length(), p.Text("#rows"))
		}
		person := strings.TrimPrefix(p.Find("#rows a[href*='/people/']").AttrOr("href", ""), admin.Base)
		admin.Press(t, admin.Get(t, person), "Save", url.Values{"role": {"administrator"}})
		if p := other.Get(t, list); p.Status != 200 {
			t.Errorf("the new administrator: %d", p.Status)
		}
		own := strings.TrimPrefix(other.Get(t, list).Find("#rows a[href*='/people/']").AttrOr("href", ""), other.Base)
		if p := admin.Fill(t, own, url.Values{"role": {"viewer"}}); p.Status != 409 || !strings.Contains(p.Text("main"), "Nobody changes their own role.") {
			t.Errorf("one's own role: %d %s", p.Status, p.Text("main"))
		}
		admin.Press(t, admin.Get(t, person+"/remove"), "Remove", nil)
		if p := other.Get(t, list); p.Status != 403 {
			t.Errorf("who was removed sees the people: %d", p.Status)
		}
		if p := other.Get(t, "/"); strings.Contains(p.Text("main"), "The firm's") {
			t.Errorf("who was removed sees %s", p.Text("main"))
		}
		for n := range 4 {
			admin.Post(t, list+"/invite", url.Values{"email": {"much@example.com"}, "role": {"viewer"}})
			if n < 3 {
				id := admin.Get(t, list).Find("#rows a[href*='/people/']").AttrOr("href", "")
				admin.Post(t, strings.TrimPrefix(id, admin.Base)+"/remove", nil)
			}
		}
		id := strings.TrimPrefix(admin.Get(t, list).Find("#rows a[href*='/people/']").AttrOr("href", ""), admin.Base)
		if p := admin.Post(t, id+"/again", nil); !strings.Contains(p.Text("main"), "Too many mails") {
			t.Errorf("the fifth mail to one address: %s", p.Text("main"))
		}
	})
}
