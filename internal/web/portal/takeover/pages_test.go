package takeover_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Whatever the link is, opening it changes nothing, and one that is over says so in one
// sentence and what to do: one that nobody sent, one whose asker may no longer hand the
// licence over, and one that was used.
func TestLinksThatAreOver(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, _ := m.Issue(t, `"token_limit":1`)
		m.Box.Read(t) // the licence's
		page := "/licenses/" + id
		admin := m.AsOwner(t, m.Vendor, "admin@kirk.example", map[string]owners.Role{m.Customer: owners.Administrator})
		lena := m.AsOwner(t, m.Vendor, "lena@werk.example", nil)
		nobody := m.Browser(t, m.Vendor).At("portal")
		take := func(b *servertest.Browser, link string) *servertest.Page {
			t.Helper()
			_, secret, _ := strings.Cut(link, "token=")
			return b.Post(t, "/take-over", url.Values{"token": {secret}})
		}
		for _, link := range []string{"/take-over", "/take-over?token=", "/take-over?token=chh_nothing", "/take-over?token=%00"} {
			p := nobody.Get(t, link)
			servertest.Says(t, p, "main", "This link is over", "Ask whoever hands the licence over to do it again.")
			if p := take(nobody, link); p.Status >= 500 || strings.Contains(p.Text("main"), "yours from now on") {
				t.Errorf("%s: %d %s", link, p.Status, p.Text("main"))
			}
		}

		link := m.HandOver(t, admin, id, "lena@werk.example", "kirk@example.com")
		for range 3 {
			servertest.Says(t, nobody.Get(t, link), "main", "Take the licence over", "kirk@example.com", "lena@werk.example")
		}
		if p := lena.Get(t, page); p.Status != 404 {
			t.Fatalf("opening the link hands the licence over: %d", p.Status)
		}
		servertest.Says(t, take(lena, link), "main", "The licence is yours from now on.")
		for range 2 {
			m.Box.Read(t) // that it was handed over
		}
		servertest.Says(t, take(lena, link), "main", "This link has been used: the licence was handed over.")

		// Where the vendor lets owners hand over no more, the link and the licence say so.
		link = m.HandOver(t, admin, id, "mallory@example.com", "lena@werk.example")
		m.API(t, 200, "PATCH", "/vendor", `{"no_hand_over":true}`)
		servertest.Says(t, nobody.Get(t, link), "main", "This link is over", "Only Acme hands licences over here now.", "Ask Acme.")
		servertest.Says(t, take(nobody, link), "main", "Only Acme hands licences over here now.")
		servertest.Says(t, lena.Get(t, page), "main", "mallory@example.com was asked on", "only Acme hands licences over here now")
		servertest.Says(t, m.SignIn(t, m.Vendor).Get(t, page), "main", "It can't be confirmed: your settings say")
		m.API(t, 200, "PATCH", "/vendor", `{"no_hand_over":false}`)

		// What somebody has asked for who has lost the role since is over.
		link = m.HandOver(t, admin, id, "mallory@example.com", "lena@werk.example")
		for _, one := range m.API(t, 200, "GET", "/customers/"+m.Customer+"/users", nil)["items"].([]any) {
			if u := one.(map[string]any); u["email"] == "admin@kirk.example" {
				m.API(t, 204, "DELETE", "/customers/"+m.Customer+"/users?user_id="+u["user_id"].(string), nil)
			}
		}
		servertest.Says(t, nobody.Get(t, link), "main", "Ask whoever hands the licence over to do it again.")
		take(nobody, link)
		if p := lena.Get(t, page); p.Status != 200 {
			t.Errorf("a dismissed administrator has handed the licence over: %d", p.Status)
		}
	})
}
