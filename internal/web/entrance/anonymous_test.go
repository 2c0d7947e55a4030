package entrance_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// Attack: whoever is nobody here begins sign-ins and never ends one, asks for the
// recovery of accounts that do not exist, and guesses. Nothing is kept but what
// counts the tries of his network.
func TestWhoIsNobodyFillsNothing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		s.Connected(t, v, "any")
		before := s.Rows(t)
		b := s.AtLocalhost(t, v)
		for i := range 60 {
			if page := b.Post(t, "/sign-in/passkey/begin", nil); page.Status != http.StatusOK {
				t.Fatalf("a passkey: %d %s", page.Status, page.Text("main"))
			}
			if page := b.Post(t, "/sign-in/passkey", url.Values{"answer": {"{}"}}); page.Status < 400 {
				t.Fatalf("no answer: %d", page.Status)
			}
			b.Post(t, "/second-factor/passkey/begin", nil)
			b.Post(t, "/theme", nil)
			b.Get(t, fmt.Sprintf("/sign-in/provider/back?state=%d&code=x", i))
		}
		depart := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		for range 5 {
			res, err := depart.Get(s.URL + "/console/" + v.Slug + "/sign-in/provider") //nolint:noctx // of a test
			if err != nil || res.StatusCode != http.StatusSeeOther || !strings.Contains(res.Header.Get("Set-Cookie"), "chancery_provider_") {
				t.Fatalf("%v %v", res, err)
			}
			_ = res.Body.Close()
		}
		if after := s.Rows(t); !maps.Equal(before, after) {
			t.Errorf("rows before %v and after %v", before, after)
		}
		for i := range 60 {
			b.Post(t, "/sign-in", url.Values{"email": {fmt.Sprintf("u%d@example.com", i)}, "password": {"x"}})
		}
		after := s.Rows(t)
		if n := after["failed_attempts"] - before["failed_attempts"]; n > 60 {
			t.Errorf("60 guesses left %d rows", n)
		}
		before["failed_attempts"] = after["failed_attempts"]
		if !maps.Equal(before, after) {
			t.Errorf("guesses left rows: %v and %v", before, after)
		}
	}, servertest.AllowLoopback)
}

// Attack: what a browser carries through a sign-in, sent again, at the same moment,
// at another vendor, changed, and too late.
func TestWhatABrowserCarriesIsGoodOnce(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ident.NewManualClock(time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC))
			s := servertest.Start(t, storage(t), func(c *server.Config) { c.Clock = clock })
			v, bolt := s.Vendor(t, "Acme"), s.Vendor(t, "Bolt")
			_, d, _ := s.WithPasskey(t, v)
			b := s.AtLocalhost(t, v)
			origin := b.URL
			begin := func() (token, answer string) {
				t.Helper()
				page := b.Post(t, "/sign-in/passkey/begin", nil)
				return b.Cookie(t, "chancery_passkey"), d.Use(page.Options(t))
			}
			finish := func(slug, token, answer string) (signedIn bool) {
				t.Helper()
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/console/"+slug+"/sign-in/passkey",
					strings.NewReader(url.Values{"answer": {answer}}.Encode()))
				if err != nil {
					t.Error(err)
					return false
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Cookie", "chancery_passkey="+token)
				res, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Error(err)
					return false
				}
				_ = res.Body.Close()
				return res.StatusCode == http.StatusSeeOther
			}
			token, answer := begin()
			for what, wrong := range map[string]string{"changed": token[:len(token)-2] + "AA", "cut": token[:30], "none": "", "another's": "chc_" + token[4:]} {
				if finish(v.Slug, wrong, answer) {
					t.Errorf("%s: signed in", what)
				}
			}
			if finish(bolt.Slug, token, answer) {
				t.Error("signed in at another vendor")
			}
			var in atomic.Int32
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if finish(v.Slug, token, answer) {
						in.Add(1)
					}
				})
			}
			all.Wait()
			if in.Load() != 1 {
				t.Errorf("%d sign-ins with one token", in.Load())
			}
			token, answer = begin()
			clock.Advance(11 * time.Minute)
			if finish(v.Slug, token, answer) {
				t.Error("signed in eleven minutes later")
			}
			if err := s.Program.Rooms().DB.Run(t.Context(), s.Program.Rooms().Ceremonies.Forget); err != nil {
				t.Fatal(err)
			}
			if n := s.Rows(t)["sign_in_ceremonies"]; n != 0 {
				t.Errorf("%d rows are left", n)
			}
		})
	}
}

// Attack: wrong passwords from elsewhere. The owner's own browser goes on.
func TestTheOwnersBrowserIsNotLockedOut(t *testing.T) {
	t.Parallel()
	proxy := func(c *server.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
	s := servertest.Start(t, servertest.SQLite(t), proxy)
	v := s.Vendor(t, "Acme")
	right := url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}}
	from := func(b *servertest.Browser, address string, form url.Values) int {
		t.Helper()
		return b.Post(t, "/sign-in", form, "X-Forwarded-For", address).Status
	}
	owner := s.Browser(t, v)
	from(owner, "192.0.2.1", right)
	if owner.Cookie(t, "chancery_browser") == "" {
		t.Fatal("the browser got no secret of its own")
	}
	owner.Post(t, "/sign-out", nil)
	stranger := s.Browser(t, v)
	wrong := url.Values{"email": {v.OwnerEmail}, "password": {"wrong"}}
	for i := range 12 {
		if status := from(stranger, "198.51.100.1", wrong); status != http.StatusBadRequest && i < 10 || i >= 10 && status != http.StatusTooManyRequests {
			t.Fatalf("guess %d: %d", i, status)
		}
	}
	if stranger.Cookie(t, "chancery_browser") != "" {
		t.Error("who guesses gets a secret")
	}
	if status := from(owner, "203.0.113.5", right); status == http.StatusTooManyRequests || status == http.StatusBadRequest {
		t.Errorf("the owner: %d", status)
	}
	if status := from(s.Browser(t, v), "203.0.113.6", right); status != http.StatusTooManyRequests {
		t.Errorf("the owner in a browser that nobody knows: %d", status)
	}
}
