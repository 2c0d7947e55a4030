package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/edge"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// english are words that stand in nearly every English sentence and in no German one.
var english = regexp.MustCompile(`(?i)\b(the|must|is|are|this|you|your|of|and|with|when|which|can't|cannot|has|been|wrong|please|ask|try|choose)\b`)

// englishOn are the English texts of a page's content. What data say, and what marks itself as
// being in another language, is nobody's to translate.
func englishOn(p *servertest.Page) (found []string) {
	main := p.Find("main, .alert, .app-flash, dialog").Clone()
	main.Find("[lang=en], .app-mono, code, pre, script, style, option, bdi").Remove()
	main.Find("*").Contents().Each(func(_ int, s *goquery.Selection) {
		if goquery.NodeName(s) != "#text" {
			return
		}
		if text := strings.Join(strings.Fields(s.Text()), " "); english.MatchString(text) {
			found = append(found, text)
		}
	})
	return found
}

// Every page of the portal in German, with what people can do wrong on it: no refusal of any
// room is in English.
func TestThePortalRefusesInGerman(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		w := newPortalWorld(t, server)
		license := w.ids["licenses"]
		w.Manage(t, "PATCH", "/licenses/"+license, servertest.Fields{
			"offline_allowed": true, "deactivation_allowance": 0, "is_active": false, "name": "Pressen",
		}, "id")
		german := func(email string, roles map[string]owners.Role) *servertest.Browser {
			t.Helper()
			b := server.AsOwner(t, w.Vendor, email, roles)
			b.Fill(t, "/account/language", url.Values{"language": {"de"}})
			return b
		}
		people := map[string]*servertest.Browser{
			"the licensee":  german("anna@werk.example", nil),
			"administrator": german("admin2@kirk.example", map[string]owners.Role{w.Customer: owners.Administrator}),
			"a viewer":      german("viewer@kirk.example", map[string]owners.Role{w.Customer: owners.Viewer}),
			"a stranger":    german("stranger@kirk.example", nil),
		}
		nonsense := []url.Values{
			nil, anything(),
			{
				"name": {"a\u200bb"}, "display_name": {"a\u200bb"}, "email": {"no address"}, "role": {"king"}, "days": {"1.5"}, "language": {"xx"},
				"activation": {"x"}, "id": {"x"}, "present": {"x"}, "password": {"short"}, "code": {"1"}, "sure": {"yes"}, "token": {"x"}, "seen": {""},
			},
			{
				"name": {strings.Repeat("x", 500)}, "display_name": {strings.Repeat("x", 500)}, "days": {"9999"}, "activation": {w.ids["activations"]},
				"email": {"admin@kirk.example"}, "role": {"viewer"}, "id": {w.ids["activations"]}, "sure": {"yes"}, "password": {"correct horse battery"}, "seen": {""},
			},
		}
		seen, refused := map[string]bool{}, 0
		look := func(who string, r edge.Route, p *servertest.Page) {
			for _, text := range englishOn(p) {
				if !seen[text] {
					seen[text] = true
					t.Errorf("%s, %s %s (%d): %q", who, r.Method, r.Path, p.Status, text)
				}
			}
			if p.Status >= 400 {
				refused++
			}
		}
		for who, b := range people {
			w.walk(t, func(r edge.Route, path string) {
				switch {
				case strings.HasSuffix(path, "/sessions/end-others"), strings.HasSuffix(path, "/language"), strings.Contains(r.Path, "{name...}"):
					return // of signing out and in again others tell
				case r.Method == http.MethodGet:
					for _, query := range []string{"", "?sort=nonsense", "?cursor=nonsense", "?before=nonsense&q=zzz&state=nonsense&token=x"} {
						look(who, r, b.Get(t, path+query))
					}
					look(who, r, b.Get(t, strings.ReplaceAll(path, license, "nonsense")))
				default:
					for _, form := range nonsense {
						look(who, r, b.Post(t, path, form))
					}
				}
			})
		}
		if refused < 50 {
			t.Errorf("only %d refusals were met", refused)
		}
	})
}
