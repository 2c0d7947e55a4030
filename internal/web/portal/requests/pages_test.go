package requests_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
)

// An owner asks beside the sentence that names the trouble; the vendor's staff find it in
// their queue, change the licence, answer, and are back in the queue. The owner sees where
// it stands, and gets the answer in their language.
func TestAskingForMore(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		m.API(t, 200, "PATCH", "/vendor", `{"support_email":"help@acme.example"}`)
		id, key := m.Issue(t, `"token_limit":1,"expires_mode":"at","expires_at":"2026-03-20"`)
		m.Box.Read(t)
		product := m.API(t, 200, "GET", "/licenses/"+id, nil)["product_id"].(string)
		for _, client := range []string{"one", "two"} {
			m.Do(t, "POST", "/api/v2/isv/"+m.Vendor.VendorID+"/provisioning/activations", servertest.Fields{
				"product_id": product, "license_key": key, "client_id": client,
			}, "ProvisioningKey", m.Vendor.ProvisioningKey)
		}
		kirk := m.AsOwner(t, m.Vendor, "kirk@example.com", nil)
		kirk.Fill(t, "/account/language", url.Values{"language": {"de"}})
		page := "/licenses/" + id
		for _, at := range []string{"/", page} {
			p := kirk.Get(t, at)
			if n := p.Find(`.app-notice a[href*="requests/new?wish=activations"]`).Length(); n != 1 {
				t.Errorf("%s: %d buttons ask for more where it is used up: %s", at, n, p.Text("main"))
			}
			if n := p.Find(`.app-notice a[href*="requests/new?wish=renewal"]`).Length(); n != 1 {
				t.Errorf("%s: %d buttons renew where it ends soon: %s", at, n, p.Text("main"))
			}
		}
		form := page + "/requests/new?wish=activations"
		servertest.Refuses(t, kirk.Fill(t, form, url.Values{"wish": {"activations"}}), "quantity", "")
		p := kirk.Fill(t, form, url.Values{"wish": {"activations"}, "quantity": {"5"}, "message": {"We have new colleagues."}})
		servertest.Says(t, p, "#requests", "5 weitere Aktivierungen", "We have new colleagues.", "Wartet")
		told := m.Box.Read(t)
		if told.To != "help@acme.example" || !strings.Contains(told.Text, "kirk@example.com") || !strings.Contains(told.Text, "More activations: 5") ||
			!strings.Contains(told.Text, "We have new colleagues.") {
			t.Errorf("the vendor is told: to %s %s", told.To, told.Text)
		}
		answerAt := strings.TrimPrefix(told.Link(t, "/console/acme/requests/"), "/console/acme")
		servertest.Says(t, kirk.Get(t, form), "main", "5 weitere Aktivierungen", "Zurücknehmen")
		p = kirk.Post(t, page+"/requests/new", url.Values{"wish": {"activations"}, "quantity": {"9"}})
		if m.Box.Waiting() != 0 || !strings.Contains(p.Text("main"), "5 weitere Aktivierungen") {
			t.Errorf("the same once more: %s", p.Text("main"))
		}

		console := m.SignIn(t, m.Vendor)
		servertest.Says(t, console.Get(t, "/requests"), "#rows", "5 more activations", "Kirk", "kirk@example.com", "We have new colleagues.")
		servertest.Says(t, console.Get(t, "/"), ".app-todo", "5 more activations", "kirk@example.com")
		servertest.Says(t, console.Get(t, page), "main", "5 more activations.", "We have new colleagues.")
		if csv := console.Get(t, "/requests?format=csv"); !strings.Contains(csv.Body, "We have new colleagues.") || !strings.Contains(csv.Body, id) {
			t.Errorf("the file: %s", csv.Body)
		}
		p = console.Press(t, console.Get(t, answerAt), "Send the answer", url.Values{"state": {"done"}, "answer": {"Five more, from today."}})
		if p.Path != "/requests" || strings.Contains(p.Text("#rows"), "5 more") || !strings.Contains(p.Text("main"), "kirk@example.com is told") {
			t.Errorf("after the answer: %s: %s", p.Path, p.Text("main"))
		}
		servertest.Says(t, console.Get(t, "/requests?state=done"), "#rows", "5 more activations", "Five more, from today.")
		if p := console.Post(t, answerAt, url.Values{"state": {"declined"}}); p.Status != 409 {
			t.Errorf("answered twice: %d", p.Status)
		}
		answer := m.Box.Read(t)
		if answer.To != "kirk@example.com" || !strings.Contains(answer.Text, "Ihre Anfrage erledigt") || !strings.Contains(answer.Text, "Weitere Aktivierungen: 5") ||
			!strings.Contains(answer.Text, "Five more, from today.") {
			t.Errorf("the answer: to %s %s", answer.To, answer.Text)
		}
		servertest.Says(t, kirk.Get(t, page), "#requests", "Erledigt", "Five more, from today.")

		// By an access token, and for staff by their keys.
		token := kirk.AccessToken(t, "script", "30")
		call := func(want int, method, path string, body any) map[string]any {
			t.Helper()
			a := m.Do(t, method, "/api/v1"+path, body, "Authorization", "Bearer "+token)
			if a.Status != want {
				t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
			}
			var v map[string]any
			a.JSON(t, &v)
			return v
		}
		made := call(201, "POST", "/license-requests", servertest.Fields{"license_id": id, "wish": "renewal", "quantity": 12})
		m.Box.Read(t)
		if again := call(201, "POST", "/license-requests", servertest.Fields{"license_id": id, "wish": "renewal", "quantity": 24}); again["id"] != made["id"] {
			t.Errorf("asked twice: %v", again)
		}
		if open := call(200, "GET", "/license-requests?state=open", nil)["items"].([]any); len(open) != 1 {
			t.Errorf("open are %v", open)
		}
		call(403, "POST", "/license-requests/"+made["id"].(string)+"/answer", servertest.Fields{"state": "done"})
		declined := m.API(t, 200, "POST", "/license-requests/"+made["id"].(string)+"/answer", `{"state":"declined","answer":"Ask in May."}`)
		if got := call(200, "GET", "/license-requests/"+made["id"].(string), nil); got["state"] != "declined" || got["answer"] != "Ask in May." || declined["answered_at"] == nil {
			t.Errorf("declined: %v", got)
		}
		if told := m.Box.Read(t); !strings.Contains(told.Text, "Ihre Anfrage abgelehnt") {
			t.Errorf("declined: %s", told.Text)
		}
	})
}

// A viewer sees what was asked for and asks nothing; an operator takes it back.
func TestWhoAsks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, _ := s.Issue(t, s.Pro, nil)
		operator := server.AsOwner(t, s.Vendor, "op@example.com", map[string]owners.Role{s.Customer: owners.Operator})
		viewer := server.AsOwner(t, s.Vendor, "view@example.com", map[string]owners.Role{s.Customer: owners.Viewer})
		page := "/licenses/" + id
		meter := "meter:" + s.Limitation
		p := operator.Fill(t, page+"/requests/new", url.Values{"wish": {meter}, "quantity": {"1,000"}})
		servertest.Says(t, p, "#requests", "1,000 more of “pages”", "op@example.com", "Take it back")
		p = viewer.Get(t, page)
		servertest.Says(t, p, "#requests", "1,000 more of “pages”")
		if strings.Contains(p.Body, "/requests/new") || strings.Contains(p.Body, "/withdraw") {
			t.Error("a viewer is offered to ask")
		}
		if p := viewer.Get(t, page+"/requests/new"); p.Status != 403 {
			t.Errorf("a viewer opens the form: %d", p.Status)
		}
		p = operator.Press(t, operator.Get(t, page+"/requests/new?wish="+url.QueryEscape(meter)), "Take it back", nil)
		servertest.Says(t, p, "#requests", "Withdrawn")
		servertest.Refuses(t, operator.Post(t, page+"/requests/new", url.Values{"wish": {"other"}}), "message", "must say what is wished")
		servertest.Refuses(t, operator.Post(t, page+"/requests/new", url.Values{"wish": {"activations"}, "quantity": {"many"}}), "quantity", "must be a whole number")
	})
}

// However much is asked for a licence, what is asked for already is found, and pages that show
// a part of it say so.
func TestManyRequests(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, _ := s.Issue(t, s.Pro, nil)
		operator := server.AsOwner(t, s.Vendor, "op@example.com", map[string]owners.Role{s.Customer: owners.Operator})
		page := "/licenses/" + id
		operator.Fill(t, page+"/requests/new", url.Values{"wish": {"activations"}, "quantity": {"7"}})
		if p := operator.Get(t, page); strings.Contains(p.Text("#requests"), "Only the newest") {
			t.Error("one request is told of as many")
		}
		r, vendor := server.Program.Rooms(), server.RoomID(t, s.Vendor)
		license, err := ident.ParseUUID(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
			l, _, err := r.OwnerRows.License(x, vendor, license)
			if err != nil {
				return err
			}
			first, err := r.OwnerRows.OpenRequests(x, vendor, l.ID)
			if err != nil {
				return err
			}
			for range 250 {
				next := first[0]
				next.UUID, next.Wish, next.Meter, next.MeterName = r.IDs.V7(), owners.WishMeter, r.IDs.V7(), "pages"
				if err := r.OwnerRows.InsertRequest(x, vendor, next); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		servertest.Says(t, operator.Get(t, page+"/requests/new?wish=activations"), "main", "7 more activations", "Take it back")
		for _, wish := range []string{"renewal", "meter:" + s.Limitation, "meter:", "meter:x", "nothing", ""} {
			if p := operator.Get(t, page+"/requests/new?wish="+url.QueryEscape(wish)); p.Status != 200 || !strings.Contains(p.Text("main"), "Send it") {
				t.Errorf("%q: %d %s", wish, p.Status, p.Text("main"))
			}
		}
		servertest.Says(t, operator.Get(t, page), "#requests", "Only the newest 10 are shown.")
		servertest.Says(t, server.SignIn(t, s.Vendor).Get(t, page), "main", "More is asked for this licence.", "These are the 5 that wait longest.")
		servertest.Refuses(t, operator.Post(t, page+"/requests/new", url.Values{"wish": {"meter:x"}, "quantity": {"1"}}), "wish", "must be chosen from the list")
	})
}

// What was asked for a licence is not told to the people of a customer whose it is later, and
// the form is theirs to use again.
func TestTheNextCustomerReadsNothing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, _ := s.Issue(t, s.Pro, nil)
		next := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Hall & Sons", "email": "hall@example.com"}, "id")
		operator := server.AsOwner(t, s.Vendor, "op@example.com", map[string]owners.Role{s.Customer: owners.Operator})
		admin := server.AsOwner(t, s.Vendor, "admin@hall.example", map[string]owners.Role{next: owners.Administrator})
		form := "/licenses/" + id + "/requests/new"
		operator.Fill(t, form, url.Values{"wish": {"other"}, "message": {"Our salaries rise."}})
		s.Manage(t, "PATCH", "/licenses/"+id, servertest.Fields{"customer_id": next}, "id")
		if p := admin.Get(t, "/licenses/"+id); p.Status != 200 || strings.Contains(p.Body, "salaries") {
			t.Errorf("%d %s", p.Status, p.Text("main"))
		}
		servertest.Says(t, admin.Fill(t, form, url.Values{"wish": {"other"}, "message": {"Greetings."}}), "#requests", "Greetings.")
		console := server.SignIn(t, s.Vendor)
		servertest.Says(t, console.Get(t, "/requests?state=withdrawn"), "#rows", "Our salaries rise.")
	})
}

// Who has asked and sees the licence no more gets no mail of it, nor does a disabled user; the
// vendor's staff read that.
func TestWhoIsToldOfTheAnswer(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		id, _ := m.Issue(t, `"token_limit":1`)
		m.Box.Read(t)
		console := m.SignIn(t, m.Vendor)
		people := map[string]*servertest.Browser{}
		for _, name := range []string{"left", "disabled", "stays"} {
			people[name] = m.AsOwner(t, m.Vendor, name+"@kirk.example", map[string]owners.Role{m.Customer: owners.Operator})
		}
		for _, one := range []struct {
			name string
			wish url.Values
			told bool
			then func(user string)
		}{
			{"left", url.Values{"wish": {"renewal"}, "months": {"12"}}, false, func(user string) {
				m.API(t, 204, "DELETE", "/customers/"+m.Customer+"/users?user_id="+user, nil)
			}},
			{"disabled", url.Values{"wish": {"activations"}, "quantity": {"3"}}, false, func(user string) {
				who, err := ident.ParseUUID(user)
				if err != nil {
					t.Fatal(err)
				}
				r := m.Program.Rooms()
				if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
					_, err := r.Users.Disable(x, identity.Operator(m.RoomID(t, m.Vendor)), who)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}},
			{"stays", url.Values{"wish": {"other"}, "message": {"Hello."}}, true, func(string) {}},
		} {
			address := one.name + "@kirk.example"
			people[one.name].Fill(t, "/licenses/"+id+"/requests/new", one.wish)
			asked := m.API(t, 200, "GET", "/license-requests?state=open", nil)["items"].([]any)[0].(map[string]any)
			one.then(asked["user_id"].(string))
			p := console.Post(t, "/requests/"+asked["id"].(string), url.Values{"state": {"done"}, "answer": {"Soon."}})
			if said := strings.Contains(p.Text("main"), address+" is told."); said != one.told {
				t.Errorf("%s: %s", one.name, p.Text("main"))
			}
			told := false
			for _, sent := range m.API(t, 200, "GET", "/mails?license_id="+id, nil)["items"].([]any) {
				told = told || sent.(map[string]any)["to"] == address
			}
			if told != one.told {
				t.Errorf("%s gets the mail: %t", one.name, told)
			}
		}
	})
}
