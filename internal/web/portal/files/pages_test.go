package files_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// A licence file is for who may manage the licence, where the vendor allows it.
func TestFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Edition, servertest.Fields{"licensee_email": "anna@example.com", "offline_allowed": true, "xml_files_allowed": true})
		online, _ := s.Issue(t, s.Edition, servertest.Fields{"licensee_email": "anna@example.com"})
		s.Activate(t, key, "drill-1", "hall-9")
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		operator := server.AsOwner(t, s.Vendor, "operator@example.com", map[string]owners.Role{s.Customer: owners.Operator})
		servertest.Says(t, anna.Get(t, "/licenses/"+id), ".app-tabs", "Licence files")
		p := anna.Get(t, "/licenses/"+id+"/files")
		servertest.Says(t, p, "main", "Download license.xml", "hall-9 (drill-1)")
		device := p.Find("option[value!='']").First().AttrOr("value", "")
		for name, form := range map[string]url.Values{"of the licence": nil, "of a device": {"activation": {device}}} {
			if p := anna.Post(t, "/licenses/"+id+"/files", form); p.Status != 200 || !strings.Contains(p.Body, "<Signature") {
				t.Errorf("%s: %d, %s", name, p.Status, p.Body)
			}
		}
		servertest.Says(t, operator.Get(t, "/licenses/"+id+"/files"), "main", "Not for your role.")
		if p := operator.Post(t, "/licenses/"+id+"/files", nil); p.Status == 200 {
			t.Error("an operator gets a file")
		}
		servertest.Says(t, anna.Get(t, "/licenses/"+online+"/files"), "main", "Not offline.")
		if p := anna.Post(t, "/licenses/"+online+"/files", nil); p.Status == 200 {
			t.Error("a licence that is not offline has a file")
		}
		if p := anna.Post(t, "/licenses/"+online+"/files", url.Values{"activation": {device}}); p.Status != 404 {
			t.Errorf("a device of another licence: %d", p.Status)
		}
		// A device with a file goes on: who deletes it waits for the vendor.
		if p := anna.Post(t, "/activations/"+device+"/delete", nil); p.Status != 200 || !strings.Contains(p.Text("#flash"), "decides when its place is free") {
			t.Errorf("a device with a file is deleted: %d, %s", p.Status, p.Text("main"))
		}
	})
}
