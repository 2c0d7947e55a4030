package offline_test

import (
	"strings"
	"testing"

	"chancery/client"
	"chancery/internal/server/servertest"
)

// Staff bring a customer's files, and decide on devices that their owners have deleted. Who
// may only look is offered neither, and does neither; another vendor's are not there.
func TestDevicesByFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		edition := s.Manage(t, "POST", "/editions", servertest.Fields{
			"product_id": s.Product, "name": "Far", "token_limit": 1, "offline_allowed": true,
		}, "id")
		id, key := s.Issue(t, edition, servertest.Fields{"licensee_email": "anna@example.com"})
		far, err := client.New(servertest.OfflineConfig(t, s.Vendor, s.Product, "m-1"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = far.Close() })
		request, err := far.OfflineRequest(key)
		if err != nil {
			t.Fatal(err)
		}
		viewer, rival := server.SignInAs(t, s.Vendor, "viewer"), server.SignIn(t, server.Vendor(t, "Rival"))

		for tab, empty := range map[string]string{
			"": "Nothing to decide", "/copies": "No copies of one device", "/exceeded": "Nothing above a limit", "/leaving": "", "/refreshes": "",
		} {
			servertest.Says(t, s.Get(t, "/offline"+tab), "main", "Devices by files", "To decide", "Two copies", empty)
		}
		servertest.Says(t, s.Upload(t, "/offline/upload", nil, "file", "activation.req", []byte("Hello, here is the file.")), "main", "There is no request in this text")
		if p := viewer.Get(t, "/offline"); p.Status != 200 || strings.Contains(p.Text("main"), "Upload a file") {
			t.Errorf("who may only look: %d %s", p.Status, p.Text("main"))
		}
		if p := viewer.Upload(t, "/offline/upload", nil, "file", "activation.req", request.Text); p.Status != 403 {
			t.Errorf("who may only look brings a file: %d", p.Status)
		}
		servertest.Says(t, s.Upload(t, "/offline/upload", nil, "file", "activation.req", request.Text), "main", "The licence is ready.", "m-1")

		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		device := strings.TrimPrefix(anna.Get(t, "/licenses/"+id+"/activations").Find("#rows a").First().AttrOr("href", ""), anna.Base)
		anna.Post(t, device+"/delete", nil)
		activation := device[strings.LastIndex(device, "/")+1:]
		servertest.Says(t, s.Get(t, "/offline"), "#rows", "anna@example.com")
		for _, act := range []string{"/confirm", "/decline"} {
			if p := viewer.Post(t, "/offline/deletions/"+activation+act, nil); p.Status != 403 {
				t.Errorf("who may only look decides: %d", p.Status)
			}
			if p := rival.Post(t, "/offline/deletions/"+activation+act, nil); p.Status != 404 {
				t.Errorf("another vendor decides: %d", p.Status)
			}
		}
		servertest.Says(t, s.Get(t, "/offline"), "#rows", "anna@example.com")
		s.Post(t, "/offline/deletions/"+activation+"/confirm", nil)
		servertest.Says(t, s.Get(t, "/offline"), "main", "Nothing to decide")
	})
}
