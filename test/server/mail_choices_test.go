package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/internal/mailing"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// nearly activates the ninth of ten devices of a new licence, which its owners are told of.
func nearly(t *testing.T, m *servertest.Mailed, name string) (license string) {
	t.Helper()
	edition := m.API(t, 201, "POST", "/editions", `{"product_id":"`+m.Product+`","name":"`+name+`","token_limit":10}`)["id"].(string)
	l := m.API(t, 201, "POST", "/licenses", `{"edition_id":"`+edition+`","customer_id":"`+m.Customer+`","licensee_email":"anna@werk.example"}`)
	id, key := l["id"].(string), l["license_key"].(string)
	m.Box.Await(t) // the licence's own mail
	for i := range 9 {
		body := `{"product_id":"` + m.Product + `","license_key":"` + key + `","client_id":"` + name + strconv.Itoa(i) + `","software_version":"1"}`
		a := m.Do(t, "POST", "/api/v2/isv/"+m.Vendor.VendorID+"/provisioning/activations", body, "ProvisioningKey", m.Vendor.ProvisioningKey)
		if a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	return id
}

// mailsTo gives so many mails, by whom they went to.
func mailsTo(t *testing.T, m *servertest.Mailed, n int) map[string]servertest.Read {
	t.Helper()
	all := map[string]servertest.Read{}
	for range n {
		r := m.Box.Read(t)
		all[r.To] = r
	}
	return all
}

// Owners choose their mails: what is chosen is kept, and holds for the next mail, whatever the
// vendor has set. Staff whom a rule names get theirs all the same.
func TestOwnersChooseTheirMails(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		anna := m.AsOwner(t, m.Vendor, "anna@werk.example", nil)
		if anna.Get(t, "/account/mails").Find(`[name="prepaid_low"]`).Length() != 0 {
			t.Error("mails about prepaid cards are offered by a vendor that has none")
		}
		m.API(t, 201, "POST", "/prepaid/license-codes", `{"code":"TR-30","name":"Tracker","models":["GT06*"],"days":30}`)
		m.AsOwner(t, m.Vendor, "admin@kirk.example", map[string]owners.Role{m.Customer: owners.Administrator})
		m.AsOwner(t, m.Vendor, "operator@kirk.example", map[string]owners.Role{m.Customer: owners.Operator})
		nearly(t, m, "a")
		got := mailsTo(t, m, 2)
		for _, to := range []string{"anna@werk.example", "admin@kirk.example"} {
			if r := got[to]; r.Subject != "Drill: 9 of 10 activations are in use" || !strings.Contains(r.Text, "Choose which mails you get") {
				t.Errorf("%s: %q\n%s", to, r.Subject, r.Text)
			}
		}

		// All that there is to choose, turned round, is there when the page is opened again.
		const page = "/account/mails"
		ticked := func() []string {
			t.Helper()
			var on []string
			for _, k := range mailing.Choosable() {
				if _, is := anna.Get(t, page).Find(`input[type=checkbox][name="` + string(k) + `"]`).Attr("checked"); is {
					on = append(on, string(k))
				}
			}
			return on
		}
		before := ticked()
		turned := url.Values{}
		for _, k := range mailing.Choosable() {
			if !slices.Contains(before, string(k)) {
				turned.Set(string(k), "on")
			} else {
				turned.Set(string(k), "")
			}
		}
		servertest.Says(t, anna.Fill(t, page, turned), "main", "Your choice of mails is saved.")
		if after := ticked(); slices.Equal(before, after) || len(before)+len(after) != len(mailing.Choosable()) {
			t.Errorf("before %q, after %q", before, after)
		}
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"nearly_used_up","is_on":true,"to_customer":true,"staff":["sales@example.com"]}`)
		nearly(t, m, "b")
		got = mailsTo(t, m, 2)
		if r := got["sales@example.com"]; strings.Contains(r.Text, "Choose which mails you get") || r.Text == "" || got["admin@kirk.example"].Text == "" {
			t.Errorf("%v", got)
		}
		m.AwaitLog(t, "sent", 1)
		if m.Box.Waiting() > 0 {
			t.Errorf("one more came: %v", m.Box.Read(t))
		}

		// A new device, which Anna wants to be told of now, in the language that she speaks.
		servertest.Says(t, anna.Fill(t, "/account/language", url.Values{"language": {"de"}}), "main", "Sprache")
		r := m.Program.Rooms()
		tell := func(after time.Duration) {
			t.Helper()
			m.Clock.Advance(after)
			if _, err := r.Licenses.NoteNewDevices(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		tell(2 * time.Minute)
		id := nearly(t, m, "c")
		mailsTo(t, m, 2)
		tell(2 * time.Minute)
		one := m.Box.Read(t)
		if one.To != "anna@werk.example" || !strings.Contains(one.Text, "9 Geräte zum ersten Mal") || !strings.Contains(one.Text, "E-Mails Sie erhalten") {
			t.Errorf("to %s: %q\n%s", one.To, one.Subject, one.Text)
		}
		fresh := 0
		for _, one := range m.API(t, 200, "GET", "/mails?license_id="+id, nil)["items"].([]any) {
			if one.(map[string]any)["kind"] == "new_device" {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d mails of new devices", fresh)
		}
	})
}

// The link at the end of a mail: opening it changes nothing, its button ends mails of the kind,
// and so does a mail program's, which posts without an account (RFC 8058). It is of no use
// at another vendor, and of none when it is changed.
func TestMailsCanBeStopped(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"nearly_used_up","is_on":true,"to_customer":true,"staff":[]}`)
		nearly(t, m, "a")
		message := m.Box.Await(t)
		stop := strings.Trim(message.Header.Get("List-Unsubscribe"), "<>")
		at, known := strings.CutPrefix(stop, "https://licences.example.com")
		if !known || message.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
			t.Fatalf("the head: %v", message.Header)
		}
		chosen := func() (n int) {
			t.Helper()
			if _, err := m.Program.Rooms().DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM mail_choices WHERE is_on = 0`, nil, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		stranger := m.Browser(t, m.Vendor)
		stranger.Base = ""
		for range 3 {
			servertest.Says(t, stranger.Get(t, at), "main", "Activations nearly used up", "anna@werk.example")
		}
		if n := chosen(); n != 0 {
			t.Fatalf("opening chose %d times", n)
		}
		rival := m.Server.Vendor(t, "Rival")
		for name, wrong := range map[string]string{
			"changed": at[:len(at)-3] + "abc", "cut": at[:len(at)-20], "none": "/portal/acme/mails/stop", "a rival's": strings.Replace(at, "/acme/", "/rival/", 1),
		} {
			if p := stranger.Get(t, wrong); !strings.Contains(p.Text("h1"), "This link is over") {
				t.Errorf("%s: %d %s", name, p.Status, p.Text("main"))
			}
			_, token, _ := strings.Cut(wrong, "token=")
			if p := stranger.Post(t, wrong, url.Values{"token": {token}}); p.Status != 404 {
				t.Errorf("%s, sent: %d", name, p.Status)
			}
		}
		if n := chosen(); n != 0 || rival.VendorID == "" {
			t.Fatalf("wrong links chose %d times", n)
		}
		a := m.Do(t, http.MethodPost, at, "List-Unsubscribe=One-Click", "Content-Type", "application/x-www-form-urlencoded")
		if a.Status != 200 || chosen() != 1 {
			t.Fatalf("one click: %d %s, %d choices", a.Status, a.Body, chosen())
		}
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"nearly_used_up","is_on":true,"to_customer":true,"staff":["sales@example.com"]}`)
		nearly(t, m, "b")
		if to := m.Box.Read(t).To; to != "sales@example.com" {
			t.Errorf("%s is told", to)
		}
		p := stranger.Get(t, at)
		servertest.Says(t, p, "main", "These mails are stopped", "anna@werk.example gets no mails of this kind.")
	})
}

// Where somebody else is signed in, the link at the end of a mail says for whom it stops what,
// stops that, and touches nothing of theirs.
func TestMailsOfAnotherAreStopped(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		m.API(t, 200, "PUT", "/mail-rules", `{"kind":"nearly_used_up","is_on":true,"to_customer":true,"staff":[]}`)
		nearly(t, m, "a")
		_, at, _ := strings.Cut(strings.Trim(m.Box.Await(t).Header.Get("List-Unsubscribe"), "<>"), "/portal/acme")
		otto := m.AsOwner(t, m.Vendor, "otto@werk.example", nil)
		ticked := func() int {
			return otto.Get(t, "/account/mails").Find(`input[type=checkbox][name="nearly_used_up"][checked]`).Length()
		}
		p := otto.Get(t, at)
		servertest.Says(t, p, "main", "anna@werk.example", "Activations nearly used up", "You are signed in as otto@werk.example.", "this page is about those to anna@werk.example")
		p = otto.Press(t, p, "Send no more of them", nil)
		servertest.Says(t, p, "main", "These mails are stopped", "anna@werk.example gets no mails of this kind.", "You are signed in as otto@werk.example.")
		if ticked() != 1 {
			t.Error("what is stopped is who is signed in")
		}
		p = otto.Press(t, p, "Sign out and go on as anna@werk.example", nil)
		if !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("on to %s", p.Path)
		}
	})
}
