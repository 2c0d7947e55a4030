package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/recheck"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// hosted is a server with mail, a public URL, and a resolver of the test's own.
type hosted struct {
	*servertest.Mailed

	dns *servertest.DNS
}

func eachHosted(t *testing.T, test func(t *testing.T, h hosted)) {
	t.Helper()
	dns := &servertest.DNS{}
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) { test(t, hosted{m, dns}) }, func(c *server.Config) {
		c.Resolver, c.OwnHosts = dns, []string{"chancery.internal.example"}
	})
}

// prove adds a host name in the console, sets the record that the page shows, and checks it.
func (h hosted) prove(t *testing.T, b *servertest.Browser, host, opens string) {
	t.Helper()
	p := b.Fill(t, "/settings/vendor/hosts/new", url.Values{"host": {host}, "opens": {opens}})
	servertest.Says(t, p, "main", host, "Waiting", "_chancery."+host, "Check now")
	one := p.Find("section").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Find("h2").Text(), host) })
	record := one.Find("[data-copy]").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("data-copy", "") })
	if len(record) != 2 {
		t.Fatalf("the record to set: %q", record)
	}
	check := strings.TrimPrefix(one.Find(`form[action$="/check"]`).AttrOr("action", ""), b.Base)
	if p = b.Post(t, check, nil); !strings.Contains(p.Text("#flash"), "There is no such record") {
		t.Errorf("before: %s", p.Text("#flash"))
	}
	h.dns.Add(record[0], record[1])
	if p = b.Post(t, check, nil); !strings.Contains(p.Text("#flash"), "is yours") {
		t.Fatalf("proven: %s", p.Text("#flash"))
	}
	h.Clock.Advance(recheck.MaxAge)
}

// approve is what the operator does on the command line.
func (h hosted) approve(t *testing.T, v string, host string) {
	t.Helper()
	r := h.Program.Rooms()
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		vendor, err := r.VendorRows.BySlug(t.Context(), v)
		if err != nil {
			return err
		}
		_, err = r.Hosts.Approve(x, vendor.ID, vendors.AddHost{Name: host})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request to a host of the server.
func (h hosted) ask(t *testing.T, method, host, path string, headers ...string) servertest.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return servertest.ReadAnswer(t, res)
}

// A program adds a host name, sets its record, has it checked, and takes it away.
func TestHostNamesByTheAPI(t *testing.T) {
	eachHosted(t, func(t *testing.T, h hosted) {
		api := func(want int, method, path string, body any) servertest.Answer {
			t.Helper()
			a := h.Do(t, method, "/api/v1/hosts"+path, body, "Authorization", "Bearer "+h.Vendor.AdminKey)
			if a.Status != want {
				t.Fatalf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, want)
			}
			return a
		}
		type host struct {
			ID, Host, Opens, State, Proof, Seen string

			RecordName  string `json:"record_name"`
			RecordValue string `json:"record_value"`
		}
		one := func(a servertest.Answer) (is host) {
			t.Helper()
			a.JSON(t, &is)
			return is
		}
		api(400, "POST", "", map[string]any{"host": "no host"})
		is := one(api(201, "POST", "", map[string]any{"host": "Files.Acme.example", "opens": "files"}))
		if is.Host != "files.acme.example" || is.Opens != "files" || is.State != "waiting" || is.RecordName != "_chancery.files.acme.example" {
			t.Errorf("%+v", is)
		}
		if seen := one(api(200, "POST", "/"+is.ID+"/check", nil)); seen.Seen != "absent" || seen.State != "waiting" {
			t.Errorf("before: %+v", seen)
		}
		h.dns.Add(is.RecordName, is.RecordValue)
		if proven := one(api(200, "POST", "/"+is.ID+"/check", nil)); proven.State != "serving" || proven.Proof != "dns" {
			t.Errorf("proven: %+v", proven)
		}
		h.Clock.Advance(recheck.MaxAge)
		if a := h.ask(t, "GET", "files.acme.example", "/offline/"); a.Status != http.StatusOK {
			t.Errorf("it serves %d", a.Status)
		}
		var all struct{ Items []host }
		if api(200, "GET", "", nil).JSON(t, &all); len(all.Items) != 1 || all.Items[0].State != "serving" {
			t.Errorf("%+v", all)
		}
		api(204, "DELETE", "/"+is.ID, nil)
		api(404, "POST", "/"+is.ID+"/check", nil)
		h.Clock.Advance(recheck.MaxAge)
		if a := h.ask(t, "GET", "files.acme.example", "/offline/"); a.Status != http.StatusMisdirectedRequest {
			t.Errorf("removed, it serves %d", a.Status)
		}
	})
}

// From adding a host name to signing in on it: mails lead there, the address bears no
// vendor's name, and nothing but this vendor is there.
func TestAVendorOnAHostOfItsOwn(t *testing.T) {
	eachHosted(t, func(t *testing.T, h hosted) {
		const host = "licences.acme.example"
		if a := h.ask(t, "GET", host, "/portal/"); a.Status != http.StatusMisdirectedRequest {
			t.Fatalf("before it is proven: %d %s", a.Status, a.Body)
		}
		staff := h.SignIn(t, h.Vendor)
		h.prove(t, staff, host, "dashboard")
		h.Issue(t, `"token_limit":5`)
		mail := h.Box.Read(t)
		if !strings.Contains(mail.Text, "https://"+host+"/portal/") || strings.Contains(mail.HTML, "https://licences.example.com/portal") {
			t.Errorf("the mail leads to\n%s", mail.Text)
		}
		b := h.BrowserAt(t, host, "portal")
		p := b.Get(t, "/")
		if !strings.HasPrefix(p.Path, "/sign-in") || strings.Contains(p.Body, "/portal/acme") {
			t.Fatalf("the first page: %d at %s\n%s", p.Status, p.Path, p.Body)
		}
		b.Press(t, b.Click(t, p, "Forgot password"), "Recover password", url.Values{"email": {mail.To}})
		recovery := h.Box.Read(t)
		_, link, found := strings.Cut(recovery.Text, "https://"+host+"/portal")
		link, _, _ = strings.Cut(link, "\n")
		if !found {
			t.Fatalf("the mail leads to\n%s", recovery.Text)
		}
		p = b.Press(t, b.Get(t, strings.TrimSpace(link)), "Reset password", url.Values{"password": {chosen}})
		p = b.Press(t, p, "Sign in", url.Values{"email": {mail.To}, "password": {chosen}})
		if p.Status != 200 || p.Path != "/" || !strings.Contains(p.Text("main"), "0 of 5") || strings.Contains(p.Body, "/portal/acme") {
			t.Fatalf("the overview: %d at %s: %s", p.Status, p.Path, p.Body)
		}
		for _, href := range p.Find("nav a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }) {
			page := b.Get(t, strings.TrimPrefix(href, b.Base))
			if page.Status != 200 || strings.Contains(page.Body, "/portal/acme") {
				t.Errorf("%s: %d %s", href, page.Status, page.Text("main"))
			}
		}
		if p = b.Post(t, "/theme", url.Values{"back": {"/portal/account"}}); p.Path != "/account" {
			t.Errorf("from light to dark: at %s", p.Path)
		}
		if other := h.BrowserAt(t, "licences.example.com", "portal/acme"); !strings.HasPrefix(other.Get(t, "/").Path, "/sign-in") {
			t.Error("the session is known on another host")
		}
	})
}

// What is served on which host.
func TestWhatHostsServe(t *testing.T) {
	eachHosted(t, func(t *testing.T, h hosted) {
		h.Server.Vendor(t, "Bolt")
		h.approve(t, "acme", "licences.acme.example")
		h.approve(t, "bolt", "offline.bolt.example")
		for _, c := range []struct {
			host, path string
			status     int
			to         string // a redirect's
		}{
			{"licences.acme.example", "/", 303, "/portal/"},
			{"licences.acme.example:8443", "/portal", 303, "/portal/"},
			{"LICENCES.acme.example.", "/portal/sign-in", 200, ""},
			{"licences.acme.example", "/offline/", 200, ""},
			{"licences.acme.example", "/offline", 303, "/offline/"},
			{"licences.acme.example", "/portal/acme/sign-in", 404, ""},
			{"licences.acme.example", "/portal/bolt/sign-in", 404, ""},
			{"licences.acme.example", "/portal/../portal/bolt/sign-in", 404, ""},
			{"licences.acme.example", "/portal/%2e%2e/bolt/sign-in", 404, ""},
			{"licences.acme.example", "/portal/..%2fbolt/sign-in", 404, ""},
			{"licences.acme.example", "/portal/bolt/..%2f..%2fassets%2fapp.css", 404, ""},
			{"licences.acme.example", "/console/acme/..%2F..%2Fassets%2Fapp.css", 404, ""},
			{"licences.acme.example", "/console/", 404, ""},
			{"licences.acme.example", "/console/acme/sign-in", 404, ""},
			{"licences.acme.example", "/api/v1/vendor", 404, ""},
			{"licences.acme.example", "/api/docs", 404, ""},
			{"licences.acme.example", "/api/v2/isv/" + h.Vendor.VendorID + "/provisioning/licenses", 404, ""},
			{"licences.acme.example", "/healthz", 200, ""},
			{"unknown.example", "/", 421, ""},
			{"unknown.example", "/api/v1/vendor", 421, ""},
			{"unknown.example", "/assets/app.css", 421, ""},
			{"unknown.example", "/healthz", 200, ""},
			{"unknown.example", "/readyz", 200, ""},
			{"acme.example", "/portal/", 421, ""},
			{"licences.example.com", "/console/acme/sign-in", 200, ""},
			{"licences.example.com:443", "/portal/bolt/sign-in", 200, ""},
			{"chancery.internal.example", "/console/acme/sign-in", 200, ""},
			{"chancery", "/console/acme/sign-in", 200, ""},
			{"127.0.0.1", "/portal/acme/sign-in", 200, ""},
			{"[::1]:8080", "/portal/acme/sign-in", 200, ""},
			{"", "/portal/acme/sign-in", 200, ""},
		} {
			a := h.ask(t, "GET", c.host, c.path)
			if a.Status != c.status || a.Header.Get("Location") != c.to {
				t.Errorf("%s%s: %d to %q, want %d to %q", c.host, c.path, a.Status, a.Header.Get("Location"), c.status, c.to)
			}
		}
		// The files of one vendor's devices are known on its host alone, and by the short address.
		if a := h.ask(t, "POST", "offline.bolt.example", "/offline/files"); a.Status != 400 {
			t.Errorf("an upload without a file: %d %s", a.Status, a.Body)
		}
		if a := h.ask(t, "GET", "offline.bolt.example", "/offline/"); !strings.Contains(string(a.Body), `action="/offline/"`) {
			t.Errorf("its page: %s", a.Body)
		}
		// Attack: a page of another vendor's host sends a form with the cookies of this one.
		for _, from := range []string{"https://offline.bolt.example", "https://licences.example.com", "null"} {
			if a := h.ask(t, "POST", "licences.acme.example", "/portal/sign-out", "Origin", from); a.Status != 403 {
				t.Errorf("a form from %s: %d", from, a.Status)
			}
		}
		if a := h.ask(t, "POST", "licences.acme.example", "/portal/sign-out", "Origin", "https://licences.acme.example"); a.Status != 303 || a.Header.Get("Location") != "/portal/sign-in" {
			t.Errorf("a form from itself: %d to %s", a.Status, a.Header.Get("Location"))
		}
	})
}

// Attack: the host of a request does not get into mails, wherever recovery is asked for.
func TestMailsNameStoredHosts(t *testing.T) {
	eachHosted(t, func(t *testing.T, h hosted) {
		h.NewOwner(t, h.Vendor, "kirk@example.com", nil)
		for _, host := range []string{"licences.example.com", "chancery.internal.example", "evil", "198.51.100.7"} {
			p := h.BrowserAt(t, host, "portal/acme")
			p.Press(t, p.Get(t, "/forgot"), "Recover password", url.Values{"email": {"kirk@example.com"}})
			h.Box.Read(t).Link(t, "/portal/acme/reset?token=")
		}
	})
}
