package requests_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
)

// The queue has who waits longest first, one state at a time, and leads to what helps; who
// may only look answers nothing.
func TestTheQueue(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		servertest.Says(t, s.Get(t, "/requests"), "main", "No requests here")
		id, _ := s.Issue(t, s.Pro, servertest.Fields{"name": "Site A", "licensee_email": "anna@example.com"})
		note := func(body servertest.Fields) string {
			body["license_id"] = id
			return s.Manage(t, "POST", "/license-requests", body, "id")
		}
		more := note(servertest.Fields{"wish": "activations", "quantity": 5, "message": "=1+1 more"})
		renewal := note(servertest.Fields{"wish": "renewal", "quantity": 12})
		meter := note(servertest.Fields{"wish": "meter", "limitation_id": s.Limitation, "quantity": 2.5})
		wishes := func(query string) string { return s.Get(t, "/requests"+query).Text("#rows td:nth-child(1)") }
		if got := wishes(""); !inOrder(got, "5 more activations", "Renewal by 12 months", "2.5 more of “pages”") {
			t.Errorf("the queue: %s", got)
		}
		if got := wishes("?sort=-created_at"); !inOrder(got, "2.5 more of “pages”", "5 more activations") {
			t.Errorf("the newest first: %s", got)
		}
		if csv := s.Get(t, "/requests?format=csv").Body; !strings.Contains(csv, more) && !strings.Contains(csv, "anna@example.com") || strings.Contains(csv, "\n=1+1") ||
			strings.Contains(csv, ",=1+1") {
			t.Errorf("the file: %s", csv)
		}
		for request, want := range map[string]string{more: "/tokens", renewal: "/licenses/" + id + "/extend", meter: "/licenses/" + id + "/change"} {
			p := s.Get(t, "/requests/"+request)
			if p.Find(`a[href$="`+want+`"]`).Length() != 1 || p.Find(`a[href$="/licenses/`+id+`"]`).Length() == 0 {
				t.Errorf("%s leads not to %s: %s", request, want, p.Text("main"))
			}
		}
		looks := s.As(t, identity.Viewer)
		p := looks.Get(t, "/requests")
		servertest.Says(t, p, "#rows", "5 more activations", "Site A")
		if p.Find(`#rows a[href*="/requests/"]`).Length() != 0 || looks.Get(t, "/requests/"+more).Status != 403 ||
			looks.Post(t, "/requests/"+more, url.Values{"state": {"done"}}).Status != 403 {
			t.Error("who may only look is let answer")
		}
		servertest.Refuses(t, s.Post(t, "/requests/"+more, url.Values{"answer": {"x"}}), "state", "must be chosen")
		servertest.Refuses(t, s.Post(t, "/requests/"+more, url.Values{"state": {"done"}, "answer": {strings.Repeat("x", 2001)}}), "answer", "must be between")
		s.Post(t, "/requests/"+more, url.Values{"state": {"declined"}, "answer": {"Not this year."}})
		for query, want := range map[string]string{
			"": "Renewal", "?state=declined": "5 more activations", "?state=done": "", "?state=all": "5 more activations", "?state=nonsense": "Renewal",
		} {
			got := wishes(query)
			if !strings.Contains(got, want) || want == "" && got != "" || query == "" && strings.Contains(got, "5 more activations") {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
		servertest.Says(t, s.Get(t, "/requests/"+more), "main", "Declined", "Not this year.", "Back to the requests")
		servertest.Says(t, s.Get(t, "/licenses/"+id+"/history"), "main", "Not this year.")
	})
}

func inOrder(text string, parts ...string) bool {
	for _, part := range parts {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = rest
	}
	return true
}
