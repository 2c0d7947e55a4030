package console_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
)

// Undo takes back what its change did, and nothing that another person has done since.
func TestUndoIsOfItsOwnChange(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		other := s.As(t, identity.AdminRole)
		s.As(t, identity.Viewer)
		license, key := s.Issue(t, s.Edition, nil)
		second, _ := s.Issue(t, s.Edition, nil)
		third, _ := s.Issue(t, s.Edition, nil)
		s.Activate(t, key, "drill-1", "HALL-9")
		link := func(path, selector string) string {
			return strings.TrimPrefix(s.Get(t, path).Find(selector).First().AttrOr("href", ""), s.Base)
		}
		device := link("/devices?q=drill-1", "#rows a")
		viewer := link("/settings/team", "#rows a:contains('viewer@')")
		webhook := strings.TrimPrefix(s.Post(t, "/settings/webhooks/new", url.Values{
			"kind": {"webhook"}, "target": {"https://hooks.example.com/a"}, "events": {"customer.created"},
		}).Find("a.btn-primary").AttrOr("href", ""), s.Base)
		both := url.Values{"id": {second, third}}
		for name, c := range map[string]struct {
			path  string
			form  url.Values
			since []string // what the other person then does, as path?form
			look  string
			shows string
			back  string // what an Undo says that nobody has come before
		}{
			"suspension": {
				device + "/suspend", url.Values{"until": {"2090-01-01"}}, []string{device + "/suspend?until=2091-02-03"}, device, "3 Feb 2091", "may call again",
			},
			"licence": {
				"/licenses/" + license + "/switch-off", nil,
				[]string{"/licenses/" + license + "/switch-on?", "/licenses/" + license + "/switch-off?"},
				"/licenses/" + license, "Switched off", "was switched on",
			},
			"licences": {"/licenses/switch-off", both, []string{"/licenses/" + second + "/switch-on?", "/licenses/" + second + "/switch-off?"}, "/licenses/" + second, "Switched off", "2 licences were switched on"},
			"edition": {
				"/editions/" + s.Pro + "/archive", nil,
				[]string{"/editions/" + s.Pro + "/restore?", "/editions/" + s.Pro + "/archive?"},
				"/editions/" + s.Pro, "Archived", "is sold again",
			},
			"product": {
				"/products/" + s.Product + "/archive", nil,
				[]string{"/products/" + s.Product + "/restore?", "/products/" + s.Product + "/archive?"},
				"/products/" + s.Product, "Archived", "is sold again",
			},
			"user":    {viewer + "/disable", nil, []string{viewer + "/enable?", viewer + "/disable?"}, viewer, "Off", "can sign in again"},
			"webhook": {webhook + "/disable", nil, []string{webhook + "/edit?target=https%3A%2F%2Fhooks.example.com%2Fb"}, webhook, "hooks.example.com/b", "It is on"},
		} {
			change := func(b *servertest.Browser, path string, form url.Values) *servertest.Page {
				if page := b.Get(t, path); page.Status == 200 && page.Find("main form").Length() > 0 && len(form) > 0 && form.Get("id") == "" {
					return b.Fill(t, path, form)
				}
				return b.Post(t, path, form)
			}
			mine := change(s.Browser, c.path, c.form)
			if back := s.Press(t, mine, "Undo", nil); !strings.Contains(back.Text("#flash"), c.back) {
				t.Errorf("%s: taken back at once: %s", name, back.Text("#flash"))
			}
			mine = change(s.Browser, c.path, c.form)
			for _, act := range c.since {
				path, query, _ := strings.Cut(act, "?")
				form, err := url.ParseQuery(query)
				if err != nil {
					t.Fatal(err)
				}
				if p := change(other, path, form); p.Status != 200 {
					t.Fatalf("%s: the other's %s: %d %s", name, path, p.Status, p.Text("main"))
				}
			}
			if back := s.Press(t, mine, "Undo", nil); !strings.Contains(back.Text("#flash"), "This was changed again since. Nothing was taken back") {
				t.Errorf("%s: taken back after another's change: %s", name, back.Text("#flash"))
			}
			servertest.Says(t, s.Get(t, c.look), "main", c.shows)
			// What was so already is nothing that this person did.
			again := change(s.Browser, c.path, c.form)
			if name != "suspension" && strings.Contains(again.Text("#flash"), "Undo") {
				t.Errorf("%s: an Undo of what somebody else did: %s", name, again.Text("#flash"))
			}
		}
		// A suspension before it comes back, not none.
		s.Fill(t, device+"/suspend", url.Values{"until": {"2091-02-03"}})
		shorter := s.Fill(t, device+"/suspend", url.Values{"until": {"2090-05-06"}})
		servertest.Says(t, s.Press(t, shorter, "Undo", nil), "#flash", "3 Feb 2091", "as it was before")
	})
}
