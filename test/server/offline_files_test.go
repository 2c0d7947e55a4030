package server_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"chancery/client"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
)

// far is a device without internet: only files go between it and the server.
type far struct {
	*client.Client

	v      vendor
	config client.Config
}

func (v vendor) far(t *testing.T, id string) *far {
	t.Helper()
	f := &far{v: v, config: servertest.OfflineConfig(t, v.NewVendor, v.product, id)}
	var err error
	if f.Client, err = client.New(f.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// bring uploads a file and gives the one that comes back.
func (v vendor) bring(t *testing.T, want int, text []byte) []byte {
	t.Helper()
	a := v.Do(t, "POST", "/offline/"+v.Slug+"/files", text, "Content-Type", "text/plain", "Accept", "application/octet-stream")
	if a.Status != want {
		t.Fatalf("an upload was answered %d %s, want %d", a.Status, a.Body, want)
	}
	return a.Body
}

func (f *far) activate(t *testing.T, key string) []byte {
	t.Helper()
	file, err := f.OfflineRequest(key)
	if err != nil {
		t.Fatal(err)
	}
	license := f.v.bring(t, 200, file.Text)
	if s, err := f.Install(license); err != nil || !s.Valid() {
		t.Fatalf("%+v, %v", s, err)
	}
	return file.Text
}

func (f *far) consume(t *testing.T, amount float64) {
	t.Helper()
	if _, err := f.Consume(t.Context(), "Scans", amount); err != nil {
		t.Fatal(err)
	}
}

// told is what the vendor's meter has of the licence.
func (v vendor) told(t *testing.T, l license, want string) {
	t.Helper()
	got := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/meters", nil)
	if !bytes.Contains(got.Body, []byte(`"consumed":`+want+",")) {
		t.Errorf("the vendor's meter says %s, want %s", got.Body, want)
	}
}

func offlineVendor(t *testing.T, s *servertest.Server, own terms) (vendor, license) {
	t.Helper()
	v := open(t, s, "Acme", terms{
		"token_limit": 1, "offline_allowed": true, "limitations": []terms{{"name": "Scans", "limit": 10, "reset": "never"}},
	})
	return v, v.issue(t, own)
}

func TestTheLifeOfTwoDevicesByFiles(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		first := v.far(t, "m-1")
		request := first.activate(t, l.Key)
		first.consume(t, 2.5)
		report, err := first.OfflineReport()
		if err != nil {
			t.Fatal(err)
		}
		receipt := v.bring(t, 200, report.Text)
		v.told(t, l, "2.5")
		if again := v.bring(t, 200, report.Text); !bytes.Equal(again, receipt) {
			t.Error("the same report has another receipt")
		}
		v.told(t, l, "2.5")
		first.consume(t, 1)
		given, err := first.OfflineDeactivate() // the receipt was lost
		if err != nil {
			t.Fatal(err)
		}
		if _, err := first.Receipt(v.bring(t, 200, given.Text)); err != nil {
			t.Fatal(err)
		}
		v.told(t, l, "3.5")
		second := v.far(t, "m-2")
		second.activate(t, l.Key)
		if got := v.bring(t, 400, request); !bytes.Contains(got, []byte("given up")) {
			t.Errorf("a request whose activation has ended: %s", got)
		}
		if left, ok := second.Remaining("Scans"); !ok || left != 6.5 {
			t.Errorf("%v left on the second device", left)
		}
	})
}

// A refresh brings what the vendor has changed, and keeps what was used here.
func TestARefreshFileForAnyDevice(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		f.activate(t, l.Key)
		f.consume(t, 1)
		var items struct{ Items []struct{ ID string } }
		v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).JSON(t, &items)
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"expires_at": "2031-05-06"})
		issued := func() int {
			log := v.manage(t, 200, "GET", "/audit-log?limit=100", nil)
			return bytes.Count(log.Body, []byte(`"license.file_issued"`))
		}
		before := issued()
		v.manage(t, 200, "HEAD", "/activations/"+items.Items[0].ID+"/refresh-file", nil)
		if n := issued(); n != before {
			t.Errorf("looking handed %d files out", n-before)
		}
		refresh := v.manage(t, 200, "GET", "/activations/"+items.Items[0].ID+"/refresh-file", nil)
		if st, err := f.Install(refresh.Body); err != nil || st.License.ExpirationDate.Year() != 2031 {
			t.Errorf("%+v, %v", st, err)
		}
		if n := issued(); n != before+1 {
			t.Errorf("%d files are in the audit log, want one", n-before)
		}
		if left, ok := f.Remaining("Scans"); !ok || left != 9 {
			t.Errorf("%v left, although 1 was used here", left)
		}
		v.manage(t, 404, "GET", "/activations/"+nobody+"/refresh-file", nil)
	})
}

// A single-use code is used up by the first upload; the same file is answered again all
// the same, also when it is brought several times at once.
func TestARequestWithACodeIsAnsweredAgain(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"client_type": "users", "token_limit": 2, "offline_allowed": true})
		v.issue(t, terms{"licensee_email": "anna@example.com"})
		rooms := s.Program.Rooms()
		var code string
		id, err := rooms.VendorRows.BySlug(t.Context(), v.Slug)
		if err != nil {
			t.Fatal(err)
		}
		if err := rooms.DB.Run(t.Context(), func(x tx.Tx) error {
			letter, err := rooms.Links.ActivationCodeFor(x, id.ID, "anna@example.com")
			code = letter.Secret
			return err
		}); err != nil {
			t.Fatal(err)
		}
		f := v.far(t, "m-1")
		file, err := f.OfflineRequestUser(client.User{Email: "anna@example.com", Code: code})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { v.bring(t, 200, file.Text) })
		}
		all.Wait()
		if st, err := f.Install(v.bring(t, 200, file.Text)); err != nil || !st.Valid() {
			t.Errorf("%+v, %v", st, err)
		}
		other, err := v.far(t, "m-2").OfflineRequestUser(client.User{Email: "anna@example.com", Code: code})
		if err != nil {
			t.Fatal(err)
		}
		v.bring(t, 409, other.Text) // another request: the code is used up
	})
}

// Who has a device's key can't make any number of copies of it.
func TestCopiesOfADeviceAreBounded(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		a := v.far(t, "m-1")
		a.activate(t, l.Key)
		refused := 0
		for i := range 20 {
			b := v.far(t, "m-1")
			if err := os.CopyFS(b.config.StateDir+"/copy", os.DirFS(a.config.StateDir)); err != nil {
				t.Fatal(err)
			}
			b.config.StateDir += "/copy"
			c, err := client.New(b.config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			if _, err := c.Consume(t.Context(), "Scans", float64(i+1)/1000); err != nil {
				t.Fatal(err)
			}
			report, err := c.OfflineReport()
			if err != nil {
				t.Fatal(err)
			}
			got := v.Do(t, "POST", "/offline/"+v.Slug+"/files", report.Text, "Content-Type", "text/plain")
			if got.Status == 400 && bytes.Contains(got.Body, []byte("too_many_copies")) {
				refused++
			} else if got.Status != 200 {
				t.Fatalf("copy %d: %d %s", i, got.Status, got.Body)
			}
		}
		if refused != 4 {
			t.Errorf("%d of 20 copies were refused, want those behind the sixteenth", refused)
		}
	})
}

// A machine is copied: what both have used counts, and nobody is locked by it.
func TestTwoCopiesOfOneDevice(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		a := v.far(t, "m-1")
		a.activate(t, l.Key)
		b := v.far(t, "m-1")
		if err := os.CopyFS(b.config.StateDir+"/copy", os.DirFS(a.config.StateDir)); err != nil {
			t.Fatal(err)
		}
		b.config.StateDir += "/copy"
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if b.Client, err = client.New(b.config); err != nil {
			t.Fatal(err)
		}
		a.consume(t, 5)
		b.consume(t, 7)
		for _, f := range []*far{a, b} {
			report, err := f.OfflineReport()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Receipt(v.bring(t, 200, report.Text)); err != nil {
				t.Fatal(err)
			}
		}
		v.told(t, l, "12")
		if !b.Status().Valid() || !a.Status().Valid() {
			t.Error("a copy was locked")
		}
		a.consume(t, 1)
		report, err := a.OfflineReport()
		if err != nil {
			t.Fatal(err)
		}
		v.bring(t, 200, report.Text)
		v.told(t, l, "13")
	})
}

func TestOneUploadTwiceAtOnce(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		file, err := f.OfflineRequest(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		both := func(text []byte) (replies [8][]byte) {
			var all sync.WaitGroup
			for i := range replies {
				all.Go(func() { replies[i] = v.bring(t, 200, text) })
			}
			all.Wait()
			return replies
		}
		licenses := both(file.Text)
		for _, other := range licenses {
			if !bytes.Equal(other, licenses[0]) {
				t.Error("the same request has two answers")
			}
		}
		if _, err := f.Install(licenses[3]); err != nil {
			t.Fatal(err)
		}
		f.consume(t, 4)
		report, err := f.OfflineReport()
		if err != nil {
			t.Fatal(err)
		}
		receipts := both(report.Text)
		v.told(t, l, "4")
		if _, err := f.Receipt(receipts[5]); err != nil {
			t.Fatal(err)
		}
	})
}

func TestUploadsThatAreRefused(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		other := open(t, s, "Bolt", terms{"offline_allowed": true})
		f := v.far(t, "m-1")
		file, err := f.OfflineRequest(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		cut := file.Text[:len(file.Text)-300]
		for name, c := range map[string]struct {
			of   vendor
			text []byte
			want string
		}{
			"another vendor's": {other, file.Text, "another vendor"},
			"nothing":          {v, []byte("Hello, here is the file."), "no request in this text"},
			"cut":              {v, cut, "not whole: it ends after"},
			"edited":           {v, bytes.Replace(file.Text, []byte("\n\n"), []byte("\n\nA"), 1), "damaged"},
			"two":              {v, append(append([]byte{}, file.Text...), v.requestOf(t, l.Key)...), "more than one"},
		} {
			if got := c.of.bring(t, 400, c.text); !bytes.Contains(got, []byte(c.want)) {
				t.Errorf("%s: %s", name, got)
			}
		}
		license := v.bring(t, 200, file.Text)
		if got := v.bring(t, 400, license); !bytes.Contains(got, []byte("licence file, not a request")) {
			t.Errorf("a licence file: %s", got)
		}
		taken := v.far(t, "m-2")
		second, err := taken.OfflineRequest(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.bring(t, 409, second.Text); !bytes.Contains(got, []byte("refused_2000")) {
			t.Errorf("no place left: %s", got)
		}
		unknown, err := taken.OfflineRequest(nobody)
		if err != nil {
			t.Fatal(err)
		}
		nowhere := v.bring(t, 409, unknown.Text)
		user, err := taken.OfflineRequestUser(client.User{Email: "nobody@example.com", Password: "a long password"})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.bring(t, 409, user.Text); !bytes.Contains(got, []byte("refused_1000")) || !bytes.Contains(nowhere, []byte("refused_1000")) {
			t.Errorf("an unknown key: %s, an unknown user: %s", nowhere, got)
		}
	})
}

// requestOf is a request of a device that nobody has seen.
func (v vendor) requestOf(t *testing.T, key string) []byte {
	t.Helper()
	file, err := v.far(t, "m-9").OfflineRequest(key)
	if err != nil {
		t.Fatal(err)
	}
	return file.Text
}

// A person brings files by the page, several at once, and has each answer as often as
// it is wanted.
func TestThePageForFiles(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v, l := offlineVendor(t, s, nil)
	f := v.far(t, "m-1")
	file, err := f.OfflineRequest(l.Key)
	if err != nil {
		t.Fatal(err)
	}
	form := func(want string, files ...[]byte) string {
		t.Helper()
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for i, text := range files {
			part, err := m.CreateFormFile("file", "request"+strconv.Itoa(i))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write(text); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		a := s.Do(t, "POST", "/offline/"+v.Slug+"/", body.Bytes(), "Content-Type", m.FormDataContentType(), "Origin", s.URL)
		if a.Status != 200 || !bytes.Contains(a.Body, []byte(want)) {
			t.Fatalf("%d, without %q: %s", a.Status, want, a.Body)
		}
		return string(a.Body)
	}
	if a := s.Do(t, "GET", "/offline/"+v.Slug+"/", nil); a.Status != 200 || !bytes.Contains(a.Body, []byte("activation.req")) {
		t.Errorf("the page: %d %s", a.Status, a.Body)
	}
	form("There is no file.")
	page := form("The licence is ready.", file.Text)
	again := regexp.MustCompile(`name="text"\s+value="([^"]+)"`).FindStringSubmatch(page)
	if again == nil {
		t.Fatalf("nothing to download in %s", page)
	}
	download := s.Do(t, "POST", "/offline/"+v.Slug+"/files", url.Values{"text": {html.UnescapeString(again[1])}}.Encode(),
		"Content-Type", "application/x-www-form-urlencoded", "Origin", s.URL)
	if name := download.Header.Get("Content-Disposition"); !strings.Contains(name, "license.lic") {
		t.Errorf("the download is %q", name)
	}
	if st, err := f.Install(download.Body); err != nil || !st.Valid() {
		t.Errorf("%+v, %v", st, err)
	}
	f.consume(t, 2)
	report, err := f.OfflineReport()
	if err != nil {
		t.Fatal(err)
	}
	both := form("What was used is counted.", report.Text, []byte("Hello, here is the file."))
	for _, want := range []string{"request0</", "press-m-1", "request1: There is no request in this text."} {
		if !strings.Contains(both, want) || strings.Contains(both, "data-download") {
			t.Errorf("one good and one bad, without %q: %s", want, both)
		}
	}
	two := form("The licence is ready.", append(append([]byte("Here are both:\n"), file.Text...), v.requestOf(t, l.Key)...))
	for _, want := range []string{"request0 (1)</", "request0 (2): "} {
		if !strings.Contains(two, want) {
			t.Errorf("two in one text, without %q: %s", want, two)
		}
	}
	form("The licence is ready.", append(append([]byte("Before that you sent me\n"), download.Body...), "\n\n"+string(file.Text)...))
	if a := s.Do(t, "POST", "/offline/"+v.Slug+"/", "text=x", "Content-Type", "multipart/form-data; boundary=x", "Origin", "https://elsewhere.example"); a.Status != 403 {
		t.Errorf("a form of another site: %d", a.Status)
	}
}
