package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

// stage is all that a face needs: one vendor, nobody signed in, and changes that
// fail as a test wants.
type stage struct {
	fails, shows error
	log          bytes.Buffer
}

func (*stage) Authenticate(context.Context, ident.VendorID, string) (identity.Principal, web.Person, error) {
	return identity.Principal{}, web.Person{}, &fault.Error{Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in."}
}

func (*stage) BySlug(_ context.Context, slug string) (vendors.Vendor, error) {
	return vendors.Vendor{Slug: slug, Name: "Sample vendor", Zone: "Europe/London"}, nil
}

func (*stage) Run(_ context.Context, fn func(tx.Tx) error) error { return fn(nil) }

// send sends a form to a page that asks for a name, and gives what comes back.
func (s *stage) send(t *testing.T, who web.Access, headers ...string) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	assets, err := web.NewAssets()
	if err != nil {
		t.Fatal(err)
	}
	ids := ident.Source{Clock: ident.SystemClock{}, Rand: rand.Reader}
	face, err := web.NewFace(web.Config{
		Name: "stage", Assets: assets, Sessions: s, Vendors: s, Changes: edge.Changes{Runner: s}, Clock: ident.SystemClock{}, IDs: ids,
		Nav: func(identity.Principal, string, func(string) bool) []web.NavGroup { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Config{IDs: ids, Log: slog.New(slog.NewTextHandler(&s.log, nil)), AccessLog: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Mount(web.Ask(face, "/things/new", who, "form.html", func(q *web.Request, form *web.Form) (*web.FormPage, error) {
		form.Add(web.Group{Fields: []web.Field{{Name: "name", Label: "Name"}}})
		return &web.FormPage{Page: q.Page("A new thing"), Form: form}, s.shows
	}, func(tx.Tx, *web.Request, web.Values) (web.Done, error) { return web.Done{To: "/"}, s.fails })...); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/stage/sample/things/new?once=1", strings.NewReader(url.Values{"name": {"A long story"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, page
}

// Whatever refuses a form, what was filled in is still there, beside one clear sentence.
func TestARefusedFormKeepsWhatWasFilledIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fails  error
		status int
		says   string
	}{
		"a wrong field": {fault.Wrong(fault.Field{Name: "name", Message: "must be short"}), 400, "Some fields are wrong. Correct what is marked below, and send it again."},
		"a field that is not on the page": {
			fault.Wrong(fault.Field{Name: "token_limit", Message: "must be above 0"}), 400, "That can't be done as it is. Token limit must be above 0.",
		},
		"a rule":          {fault.Refused("thing_full", "It is full.", "Make room."), 409, "It is full. Make room."},
		"a missing thing": {fault.Missing("license_key"), 404, "There is no such licence key. It may be gone: choose again, and send it again."},
		"a permission":    {&fault.Error{Kind: fault.Forbidden, Code: "beyond", Message: "You may not.", Fields: []fault.Field{{Name: "role", Message: "is beyond"}}}, 403, "You may not."},
		"a database that is away": {
			&fault.Error{Kind: fault.Unavailable, Code: "database_unavailable", Message: "The database is away.", Help: "Try again.", RetryAfter: time.Second},
			503, "The database is away. Try again.",
		},
	} {
		s := &stage{fails: test.fails}
		w, page := s.send(t, web.Access{Public: "a test"})
		said := strings.Join(strings.Fields(page.Find("form .alert").Text()), " ")
		if kept := page.Find("input[name=name]").AttrOr("value", ""); w.Code != test.status || kept != "A long story" || said != test.says {
			t.Errorf("%s: %d, %q is kept, and it says %q", name, w.Code, kept, said)
		}
		// The operator reads of it as of any other.
		if log := s.log.String(); !strings.Contains(log, "code="+fault.As(test.fails).Code) || (test.status == 503) != strings.Contains(log, "a request was turned away") {
			t.Errorf("%s: the log says %s", name, log)
		}
	}
	// Where the form can't be shown either, it says why the change was refused.
	gone := &stage{fails: fault.Missing("customer"), shows: &fault.Error{Kind: fault.Unavailable, Code: "away", Message: "The database is away."}}
	if w, page := gone.send(t, web.Access{Public: "a test"}); w.Code != 404 || page.Find("form").Length() != 0 {
		t.Errorf("%d: %s", w.Code, page.Text())
	}
}

// Who was signed out while they filled a form in is told, and led back to it.
func TestAFormAfterTheSessionsEnd(t *testing.T) {
	t.Parallel()
	const to = "/stage/sample/sign-in?next=%2Fthings%2Fnew"
	s := &stage{}
	w, _ := s.send(t, web.Needs(identity.ViewLicenses))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to || !strings.Contains(w.Header().Get("Set-Cookie"), "flash=") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	w, _ = s.send(t, web.Needs(identity.ViewLicenses), "Chancery-Dialogue", "1")
	if w.Code != http.StatusNoContent || w.Header().Get("Chancery-To") != to {
		t.Errorf("in a dialogue: %d %v", w.Code, w.Header())
	}
}
