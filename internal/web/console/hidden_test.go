package console_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
)

// TestConsoleHidesWhatOneMayNotDo: who only looks sees no button, and the routes
// refuse all the same.
func TestConsoleHidesWhatOneMayNotDo(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t, servertest.SQLite(t))
	s := servertest.OpenShop(t, server)
	id, key := s.Issue(t, s.Edition, nil)
	s.Activate(t, key, "drill-1", "hall-9")
	device := strings.TrimPrefix(s.Get(t, "/devices").Find("#rows a").First().AttrOr("href", ""), s.Base)
	viewer := s.As(t, identity.Viewer)
	for path, hidden := range map[string]string{
		"/licenses": "Issue a licence", "/licenses/" + id: "Switch off", "/licenses/" + id + "/devices": "Add activations", device: "Release",
	} {
		p := viewer.Get(t, path)
		if p.Status != 200 || strings.Contains(p.Text(".app-actions"), hidden) || p.Find("[data-bulk]").Length() != 0 {
			t.Errorf("%s: %d, shows %s", path, p.Status, p.Text(".app-actions"))
		}
	}
	for _, path := range []string{
		"/licenses/new", "/licenses/" + id + "/change", "/licenses/" + id + "/switch-on", "/licenses/" + id + "/release-all", device + "/suspend", device + "/release",
		"/licenses/switch-off", "/licenses/" + id + "/end",
	} {
		if p := viewer.Post(t, path, url.Values{"id": {id}}); p.Status != 403 {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := viewer.Get(t, "/licenses/"+id+"/history"); p.Status != 403 {
		t.Errorf("the history: %d", p.Status)
	}
	if p := viewer.Get(t, "/search?q="+s.Vendor.OwnerEmail[:4]); strings.Contains(p.Text("#found"), "Users") {
		t.Error("the search shows users to who may not see them")
	}
}
