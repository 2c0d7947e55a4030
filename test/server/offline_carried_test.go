package server_test

import (
	"bytes"
	"encoding/base64"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server/servertest"
)

// asForm is a file in the field file of a form.
func asForm(t *testing.T, text []byte) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "activation.req")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m.FormDataContentType()
}

// Programs of a vendor bring files as people do at the public page, and are told which
// licence and device they were about. Every file stands on its licence.
func TestFilesBroughtByTheAPI(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		other := open(t, s, "Bolt", terms{"offline_allowed": true})
		f := v.far(t, "m-1")
		request, err := f.OfflineRequest(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		post := func(of vendor, want int, body []byte, kind string, headers ...string) servertest.Answer {
			t.Helper()
			a := s.Do(t, "POST", "/api/v1/offline/files", body, append([]string{"Content-Type", kind, "Authorization", "Bearer " + of.AdminKey}, headers...)...)
			if a.Status != want {
				t.Fatalf("%d %s, want %d", a.Status, a.Body, want)
			}
			return a
		}
		form, kind := asForm(t, request.Text)
		answer := post(v, 200, form, kind)
		if st, err := f.Install(answer.Body); err != nil || !st.Valid() {
			t.Fatalf("%+v, %v", st, err)
		}
		if got := answer.Header.Get("Chancery-License-Id"); got != l.ID || answer.Header.Get("Chancery-Client-Id") != "m-1" {
			t.Errorf("it was about %q, %q", got, answer.Header.Get("Chancery-Client-Id"))
		}
		if a := post(other, 400, request.Text, "text/plain"); !bytes.Contains(a.Body, []byte("another_vendor")) {
			t.Errorf("another vendor's key: %s", a.Body)
		}
		f.consume(t, 10)
		report, err := f.OfflineReport()
		if err != nil {
			t.Fatal(err)
		}
		var said struct {
			Kind, File, LicenseID string
			ClientID              string `json:"client_id"`
			Exceeded              int
		}
		post(v, 200, report.Text, "text/plain", "Accept", "application/json").JSON(t, &said)
		if receipt, err := base64.StdEncoding.DecodeString(said.File); err != nil || said.Kind != "reported" || said.ClientID != "m-1" {
			t.Errorf("%+v, %v", said, err)
		} else if _, err := f.Receipt(receipt); err != nil {
			t.Error(err)
		}
		second := v.requestOf(t, l.Key)
		post(v, 409, second, "text/plain") // no place is left
		post(v, 409, second, "text/plain")
		var files struct {
			Items []struct {
				ID, Form, Via, ActivationID string
				RefusedCode                 string `json:"refused_code"`
				ClientID                    string `json:"client_id"`
				AnswerName                  string `json:"answer_name"`
				Times, Number, Serial       int
			}
		}
		v.manage(t, 200, "GET", "/licenses/"+l.ID+"/files", nil).JSON(t, &files)
		if len(files.Items) != 3 {
			t.Fatalf("%+v", files.Items)
		}
		refused, told, asked := files.Items[0], files.Items[1], files.Items[2]
		if refused.RefusedCode != "refused_2000" || refused.Times != 2 || refused.ClientID != "m-9" {
			t.Errorf("refused: %+v", refused)
		}
		if told.Form != "report" || told.Number != 1 || told.AnswerName != "receipt.lic" || told.Via != "api" {
			t.Errorf("told: %+v", told)
		}
		if asked.Form != "request" || asked.AnswerName != "license.lic" || asked.Serial == 0 {
			t.Errorf("asked: %+v", asked)
		}
		if a := s.Do(t, "GET", "/api/v1/licenses/"+l.ID+"/files", nil, "Authorization", "Bearer "+other.AdminKey); a.Status != 404 {
			t.Errorf("another vendor's list: %d", a.Status)
		}
	})
}

// Staff refresh any device, bring files for customers, see what came and went, and what
// asks for them: copies, and more than a licence allows.
func TestPagesOfFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		b := s.SignIn(t, v.NewVendor)
		f := v.far(t, "m-1")
		request, err := f.OfflineRequest(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		p := b.Upload(t, "/offline/upload", nil, "file", "activation.req", request.Text)
		if p.Status != 200 || !strings.Contains(p.Text("main"), "The licence is ready.") {
			t.Fatalf("an upload: %d %s", p.Status, p.Text("main"))
		}
		again := p.Find("input[name='text']").AttrOr("value", "")
		license := b.Post(t, "/offline/answer", url.Values{"text": {again}})
		if st, err := f.Install([]byte(license.Body)); err != nil || !st.Valid() {
			t.Fatalf("%+v, %v", st, err)
		}
		id, _ := v.only(t, l)
		servertest.Says(t, b.Get(t, "/devices/"+id), "main", "Download license refresh file")
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"name": "Renamed"})
		if st, err := f.Install([]byte(b.Post(t, "/devices/"+id+"/refresh-file", nil).Body)); err != nil || st.License.LicenseName != "Renamed" {
			t.Errorf("a refresh: %+v, %v", st, err)
		}
		copied := f.copyOf(t)
		f.consume(t, 8)
		copied.consume(t, 7)
		for _, one := range []*far{f, copied} {
			report, err := one.OfflineReport()
			if err != nil {
				t.Fatal(err)
			}
			v.bring(t, 200, report.Text)
		}
		p = b.Get(t, "/licenses/"+l.ID+"/files")
		servertest.Says(t, p, "main", "Request for a licence", "Report of use", "Refresh file", "Two copies", "license_refresh.lic")
		href := p.Find("#rows a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == "license.lic" }).AttrOr("href", "")
		if kept := b.Get(t, strings.TrimPrefix(href, b.Base)); kept.Body != license.Body {
			t.Errorf("the kept answer of %q is another: %d", href, kept.Status)
		}
		servertest.Says(t, b.Get(t, "/"), "main", "Two copies", "Above limit")
		servertest.Says(t, b.Get(t, "/licenses/"+l.ID), "main", "Two copies of one device.")
		servertest.Says(t, b.Get(t, "/offline/copies"), "main", "press-m-1", "report 1")
		b.Post(t, "/offline/copies/seen", url.Values{"id": {id}})
		servertest.Says(t, b.Get(t, "/offline/copies"), "main", "No copies of one device")
		p = b.Get(t, "/offline/exceeded")
		servertest.Says(t, p, "main", "press-m-1")
		b.Post(t, "/offline/exceeded/seen", url.Values{"id": {p.Find("#rows input[name='id']").AttrOr("value", "")}})
		servertest.Says(t, b.Get(t, "/offline/exceeded"), "main", "Nothing above a limit")
		v.manage(t, 200, "PATCH", "/editions/"+v.edition, terms{"license_type": "subscription"})
		p = b.Get(t, "/devices/"+id)
		servertest.Says(t, p, "main", "It gets no more files.", "subscription")
		if strings.Contains(p.Text("main"), "Download license refresh file") {
			t.Error("a subscription is offered a refresh file")
		}
		if p := b.Post(t, "/devices/"+id+"/refresh-file", nil); p.Status != 409 {
			t.Errorf("a refresh of a subscription: %d", p.Status)
		}
		stranger := s.SignIn(t, open(t, s, "Bolt", nil).NewVendor)
		for _, path := range []string{"/devices/" + id + "/refresh-file"} {
			if p := stranger.Post(t, path, nil); p.Status != 404 {
				t.Errorf("another vendor's %s: %d", path, p.Status)
			}
		}
		if p := stranger.Get(t, "/offline/files/"+href[strings.LastIndex(href, "/")+1:]); p.Status != 404 {
			t.Errorf("another vendor's file: %d", p.Status)
		}
	})
}

// An owner's deletion of a device without a refresh-by waits for the vendor, who decides.
func TestADeletionWaitsForTheVendor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, terms{"licensee_email": "anna@example.com"})
		f := v.far(t, "m-1")
		request := f.activate(t, l.Key)
		id, _ := v.only(t, l)
		anna, b := s.AsOwner(t, v.NewVendor, "anna@example.com", nil), s.SignIn(t, v.NewVendor)
		servertest.Says(t, anna.Get(t, "/activations/"+id+"/delete"), "main", "goes on with it", "deactivation file")
		servertest.Says(t, anna.Post(t, "/activations/"+id+"/delete", nil), "#flash", "decides when its place is free")
		servertest.Says(t, anna.Get(t, "/activations/"+id), "main", "Deleted, and still running by its file.")
		v.bring(t, 409, request)
		v.manage(t, 409, "GET", "/activations/"+id+"/refresh-file", nil)
		servertest.Says(t, b.Get(t, "/offline"), "main", "press-m-1", "anna@example.com", "Decline")
		servertest.Says(t, b.Get(t, "/"), "main", "Deleted", "goes on by its file")
		b.Post(t, "/offline/deletions/"+id+"/decline", nil)
		servertest.Says(t, b.Get(t, "/offline"), "main", "Nothing to decide")
		v.bring(t, 200, request)
		anna.Post(t, "/activations/"+id+"/delete", nil)
		anna.Post(t, "/activations/"+id+"/keep", nil)
		v.bring(t, 200, request)
		anna.Post(t, "/activations/"+id+"/delete", nil)
		var wanted struct {
			Items []struct {
				ActivationID string  `json:"activation_id"`
				DueAt        *string `json:"due_at"`
			}
		}
		v.manage(t, 200, "GET", "/deletions", nil).JSON(t, &wanted)
		if len(wanted.Items) != 1 || wanted.Items[0].ActivationID != id || wanted.Items[0].DueAt != nil {
			t.Fatalf("%+v", wanted)
		}
		v.manage(t, 204, "POST", "/activations/"+id+"/confirm-deletion", nil)
		v.manage(t, 404, "POST", "/activations/"+id+"/confirm-deletion", nil)
		servertest.Says(t, b.Get(t, "/devices/"+id), "main", "not confirmed by the device")
		servertest.Says(t, anna.Get(t, "/activations/"+id), "main", "not confirmed by the device")
		v.far(t, "m-2").activate(t, l.Key)
		given, err := f.OfflineDeactivate() // what the device has done is taken all the same
		if err != nil {
			t.Fatal(err)
		}
		v.bring(t, 200, given.Text)
	})
}

// The licensee is told before a file wants a refresh and when it did, once each for each
// file; the place of a device that its owner has deleted is free then.
func TestARefreshByIsTold(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, terms{"licensee_email": "anna@example.com", "offline_days": 30, "token_limit": 2})
		v.far(t, "m-1").activate(t, l.Key)
		id, _ := v.only(t, l)
		mails := func(want int) {
			t.Helper()
			got := v.manage(t, 200, "GET", "/mails?limit=200", nil)
			if n := bytes.Count(got.Body, []byte(`"kind":"refresh_due"`)); n != want {
				t.Errorf("%d mails, want %d: %s", n, want, got.Body)
			}
		}
		s.Advance(t, v.NewVendor, "360h")
		mails(0)
		s.Advance(t, v.NewVendor, "48h")
		mails(1)
		s.Advance(t, v.NewVendor, "48h")
		mails(1)
		v.manage(t, 200, "GET", "/activations/"+id+"/refresh-file", nil)
		s.Advance(t, v.NewVendor, "480h") // of the new file, too
		mails(2)
		b := s.SignIn(t, v.NewVendor)
		servertest.Says(t, b.Get(t, "/offline/refreshes"), "main", "press-m-1", "Soon")
		s.Advance(t, v.NewVendor, "312h")
		mails(3)
		b = s.SignIn(t, v.NewVendor)
		servertest.Says(t, b.Get(t, "/offline/refreshes"), "main", "Passed")
		v.manage(t, 200, "GET", "/activations/"+id+"/refresh-file", nil)
		anna := s.AsOwner(t, v.NewVendor, "anna@example.com", nil)
		servertest.Says(t, anna.Post(t, "/activations/"+id+"/delete", nil), "#flash", "its place is free on")
		if n := s.Advance(t, v.NewVendor, "721h").Count("end devices that owners deleted"); n != 1 {
			t.Errorf("%d devices ended behind the refresh-by, want 1", n)
		}
		mails(3) // of a device that is to go nothing is told
	}, servertest.TestClock)
}

// The mail names a device as its owner does, and as it names itself.
func TestARefreshMailNamesTheDevice(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, terms{"licensee_email": "anna@example.com", "offline_days": 30, "token_limit": 2})
		v.far(t, "m-1").activate(t, l.Key)
		id, _ := v.only(t, l)
		s.AsOwner(t, v.NewVendor, "anna@example.com", nil).Fill(t, "/activations/"+id+"/name", url.Values{"display_name": {"Hall 3"}})
		s.Advance(t, v.NewVendor, "408h")
		var mails struct{ Items []struct{ ID, Kind string } }
		v.manage(t, 200, "GET", "/mails?limit=200", nil).JSON(t, &mails)
		told := 0
		for _, one := range mails.Items {
			if one.Kind != "refresh_due" {
				continue
			}
			told++
			if got := v.manage(t, 200, "GET", "/mails/"+one.ID, nil); !bytes.Contains(got.Body, []byte("Hall 3 (press-m-1)")) {
				t.Errorf("the mail does not name the device as its owner does: %s", got.Body)
			}
		}
		if told != 1 {
			t.Errorf("%d mails, want 1", told)
		}
	}, servertest.TestClock)
}
