package servertest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/wiring"
)

// Browser is somebody at the console, or at the portal: it keeps cookies, follows
// redirects and sends forms as a page without script would.
type Browser struct {
	URL  string // of the server
	Base string // of the face at the vendor: /console/acme

	Password string // of who was signed in by AsOwner

	client *http.Client
}

// Page is what a browser was answered.
type Page struct {
	*goquery.Document

	Status int
	Path   string // where it ended after redirects, with its query
	Header http.Header
	Body   string
}

// Browser opens a browser at the vendor's console that nobody is signed in to.
func (s *Server) Browser(tb testing.TB, v wiring.NewVendor) *Browser {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return &Browser{URL: s.Program.URL(), Base: "/console/" + v.Slug, client: &http.Client{Jar: jar}}
}

// At is the same browser, with the same cookies, at another face of the vendor.
func (b *Browser) At(face string) *Browser {
	at := *b
	_, vendor, _ := strings.Cut(strings.TrimPrefix(b.Base, "/"), "/")
	at.Base = "/" + face + "/" + vendor
	return &at
}

// SignIn opens a browser and signs the vendor's owner in.
func (s *Server) SignIn(tb testing.TB, v wiring.NewVendor) *Browser {
	tb.Helper()
	b := s.Browser(tb, v)
	b.Enter(tb, v.OwnerEmail, v.OwnerPassword)
	return b
}

// Enter signs somebody in with a password alone.
func (b *Browser) Enter(tb testing.TB, email, password string) {
	tb.Helper()
	p := b.Post(tb, "/sign-in", url.Values{"email": {email}, "password": {password}})
	if p.Status != http.StatusOK && p.Status != http.StatusNotFound || strings.Contains(p.Path, "/sign-in") {
		tb.Fatalf("sign-in: %d at %s: %s", p.Status, p.Path, p.Text(".alert"))
	}
}

// Bring puts a cookie of another face into the browser under the name that this one has.
func (b *Browser) Bring(tb testing.TB, name, value string) {
	tb.Helper()
	at, err := url.Parse(b.URL + b.Base + "/")
	if err != nil {
		tb.Fatal(err)
	}
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: b.Base}})
}

// Travel tells the server the time zone that the browser is in from now on.
func (b *Browser) Travel(tb testing.TB, zone string) {
	tb.Helper()
	server, err := url.Parse(b.URL)
	if err != nil {
		tb.Fatal(err)
	}
	b.client.Jar.SetCookies(server, []*http.Cookie{{Name: "tz", Value: url.QueryEscape(zone), Path: "/"}})
}

// Get opens a page below the console.
func (b *Browser) Get(tb testing.TB, path string) *Page {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, b.URL+b.Base+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return b.do(tb, r)
}

// Send asks for a page by a method that has no body.
func (b *Browser) Send(tb testing.TB, method, path string) *Page {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, b.URL+b.Base+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return b.do(tb, r)
}

// Post sends a form to a page below the console.
func (b *Browser) Post(tb testing.TB, path string, form url.Values, headers ...string) *Page {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, b.URL+b.Base+path, strings.NewReader(form.Encode()))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(tb, r)
}

// Upload sends a form with a file to a page below the console.
func (b *Browser) Upload(tb testing.TB, path string, form url.Values, field, name string, content []byte) *Page {
	tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range form {
		for _, value := range values {
			if err := w.WriteField(key, value); err != nil {
				tb.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = part.Write(content) // a buffer never fails
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, b.URL+b.Base+path, &body)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(tb, r)
}

func (b *Browser) do(tb testing.TB, r *http.Request) *Page {
	tb.Helper()
	res, err := b.client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	path := strings.TrimPrefix(res.Request.URL.RequestURI(), b.Base)
	return &Page{Document: doc, Status: res.StatusCode, Path: path, Header: res.Header, Body: string(body)}
}

// Cookie is what the browser keeps for the console under a name; "" for nothing.
func (b *Browser) Cookie(tb testing.TB, name string) string {
	tb.Helper()
	at, err := url.Parse(b.URL + b.Base + "/")
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(at) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Cookies is how many cookies the browser keeps for the console whose names begin so.
func (b *Browser) Cookies(tb testing.TB, prefix string) (n int) {
	tb.Helper()
	at, err := url.Parse(b.URL + b.Base + "/")
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(at) {
		if strings.HasPrefix(c.Name, prefix) {
			n++
		}
	}
	return n
}

// Away opens an address, of the console or another host, and gives the one that it leads
// to, without going there.
func (b *Browser) Away(tb testing.TB, address string) string {
	tb.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.URL + b.Base + address
	}
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	stays := *b.client
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := stays.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusFound {
		tb.Fatalf("%s leads nowhere: %d", address, res.StatusCode)
	}
	return res.Header.Get("Location")
}

// Text is the text of all that a selector finds, with blanks joined.
func (p *Page) Text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// Follow opens a link that leads to another host, and is led back from there.
func (b *Browser) Follow(tb testing.TB, address string) *Page {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return b.do(tb, r)
}
