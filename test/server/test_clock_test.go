package server_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// Moved by sixty days at once, the clock stops where something is due: an end is told
// before it comes and when it has, a webhook that is refused is tried again as in real
// life, mails go out, what is on goodwill and what is silent ends. Whoever is signed in
// stays so.
func TestTheTestClockDoesWhatIsDue(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := servertest.NewMailbox(t)
			s := servertest.Start(t, storage(t), servertest.TestClock, servertest.AllowLoopback, box.Config)
			v := open(t, s, "Acme", terms{
				"token_limit": 1, "goodwill_token_limit": 1, "goodwill_days": 10, "freeride_days": 5, "expires_mode": "days_after_activation", "expires_days": 45,
			})
			v.manage(t, 200, "PATCH", "/products/"+v.product, terms{"maximum_inactive_days": 21})
			v.manage(t, 200, "PUT", "/mail-rules", terms{"kind": "expiring", "is_on": true, "to_customer": true, "staff": []string{}, "days": 14})
			refuse := 3
			var mu sync.Mutex
			target, got := servertest.Receiver(t, func(*http.Request) int {
				mu.Lock()
				defer mu.Unlock()
				if refuse > 0 {
					refuse--
					return 503
				}
				return 200
			})
			hook := v.manage(t, 201, "POST", "/subscriptions", terms{
				"kind": "webhook", "target": target, "events": []string{"activation.goodwill", "activation.deleted", "license.expiring", "license.expired"},
			}).text(t, "id")
			browser := s.SignIn(t, v.NewVendor)
			l := v.issue(t, nil)
			for _, client := range []string{"one", "two"} {
				if a := v.call(t, "/activations", v.activation(l.Key, client)); a.Status != 200 {
					t.Fatalf("%d %s", a.Status, a.Body)
				}
			}
			began := time.Now()
			moved := s.Advance(t, v.NewVendor, "25d")
			// One on goodwill ended after ten days, the other fell silent after 21.
			does(t, moved, map[string]int{"deliver webhooks": 6, "end goodwill activations": 1, "unassign silent clients": 1, "announce ends of licences": 0})
			tried(t, v, hook, began, []attempt{
				{"activation.goodwill", 503, 0},
				{"activation.goodwill", 503, 4 * time.Second},
				{"activation.goodwill", 503, 12 * time.Second},
				{"activation.goodwill", 200, 28 * time.Second},
				{"activation.deleted", 200, 10 * day},
				{"activation.deleted", 200, 21 * day},
			})
			moved = s.Advance(t, v.NewVendor, "35d")
			does(t, moved, map[string]int{"deliver webhooks": 2, "announce ends of licences": 2, "send mail": 1})
			if moved.Ahead != "60d" || len(moved.Stops) < 35 {
				t.Errorf("%s ahead after %d stops", moved.Ahead, len(moved.Stops))
			}
			// What was settled a month ago is forgotten by then.
			tried(t, v, hook, began, []attempt{{"license.expiring", 200, 31 * day}, {"license.expired", 200, 45 * day}})
			// Receivers judge by the real time how old a delivery is.
			first := servertest.Await(t, got)
			stamp, err := strconv.ParseInt(first.Head.Get("Webhook-Timestamp"), 10, 64)
			if age := time.Since(time.Unix(stamp, 0)); err != nil || age < -time.Minute || age > time.Hour {
				t.Errorf("sent %v ago, %v", age, err)
			}
			if a := s.Do(t, "GET", "/console/acme/sign-in", nil); !strings.Contains(string(a.Body), "60d ahead of the real time") ||
				a.Header.Get("Chancery-Test-Clock") < moved.To {
				t.Errorf("%s: %s", a.Header.Get("Chancery-Test-Clock"), a.Body)
			}
			if page := browser.Get(t, "/settings/test-clock"); page.Status != 200 || !strings.Contains(page.Text(".app-clock"), "60d ahead of the real time") {
				t.Errorf("%d %q", page.Status, page.Text(".app-clock"))
			}
			if a := s.Do(t, "GET", "/readyz", nil); !strings.Contains(string(a.Body), `"test_clock":"60d ahead"`) {
				t.Errorf("%s", a.Body)
			}
		})
	}
}

const day = 24 * time.Hour

// attempt is one to deliver a webhook.
type attempt struct {
	event  string
	status int
	after  time.Duration // at least, and not more than an hour later
}

// does compares how much work did on the way of the clock.
func does(t *testing.T, moved servertest.Moved, want map[string]int) {
	t.Helper()
	for work, want := range want {
		if n := moved.Count(work); n != want {
			t.Errorf("%q did %d, want %d", work, n, want)
		}
	}
}

// tried compares the attempts that are kept of a webhook, the oldest first.
func tried(t *testing.T, v vendor, hook string, began time.Time, want []attempt) {
	t.Helper()
	var attempts struct {
		Items []struct {
			Event  string
			At     time.Time
			Status int
		}
	}
	v.manage(t, 200, "GET", "/subscriptions/"+hook+"/deliveries", nil).JSON(t, &attempts)
	slices.Reverse(attempts.Items)
	if len(attempts.Items) != len(want) {
		t.Fatalf("%d attempts: %+v", len(attempts.Items), attempts.Items)
	}
	for i, w := range want {
		a := attempts.Items[i]
		if after := a.At.Sub(began); a.Event != w.event || a.Status != w.status || after < w.after-time.Minute || after > w.after+time.Hour {
			t.Errorf("attempt %d: %s %d after %v, want %s %d after %v", i, a.Event, a.Status, after, w.event, w.status, w.after)
		}
	}
}

// Two copies of the server have one clock: moved at one, it has moved at the other
// within a second, and who moves it at both at once moves it by both.
func TestCopiesShareTheTestClock(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := storage(t)
			one := servertest.Start(t, where, servertest.TestClock)
			two := servertest.Start(t, where, servertest.TestClock)
			v := one.Vendor(t, "Acme")
			var moving sync.WaitGroup
			for range 3 {
				moving.Go(func() { one.Advance(t, v, "7d") })
				moving.Go(func() { two.Advance(t, v, "12h") })
			}
			moving.Wait()
			ahead := func(s *servertest.Server) string {
				var clock struct{ Ahead string }
				s.Do(t, "GET", "/api/v1/test-clock", nil, "Authorization", "Bearer "+v.AdminKey).JSON(t, &clock)
				return clock.Ahead
			}
			for end := time.Now().Add(20 * time.Second); ahead(one) != "22d12h" || ahead(two) != "22d12h"; {
				if time.Now().After(end) {
					t.Fatalf("one is %s ahead, two %s", ahead(one), ahead(two))
				}
			}
			if a := two.Do(t, "GET", "/healthz", nil); a.Header.Get("Chancery-Test-Clock") < time.Now().UTC().AddDate(0, 0, 22).Format(time.RFC3339) {
				t.Errorf("the other says %s", a.Header.Get("Chancery-Test-Clock"))
			}
		})
	}
}

// Two copies that are sent one request at once move the clock once, and give one answer.
func TestCopiesMoveTheTestClockOnceForOneKey(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := storage(t)
			servers := []*servertest.Server{servertest.Start(t, where, servertest.TestClock), servertest.Start(t, where, servertest.TestClock)}
			v := servers[0].Vendor(t, "Acme")
			move := func(s *servertest.Server) servertest.Answer {
				return s.Do(t, "POST", "/api/v1/test-clock", terms{"advance": "7d"}, "Authorization", "Bearer "+v.AdminKey, "Idempotency-Key", "a week")
			}
			const atOnce = 6
			answers := make([]servertest.Answer, atOnce+1)
			var moving sync.WaitGroup
			for i := range atOnce {
				moving.Go(func() { answers[i] = move(servers[i%2]) })
			}
			moving.Wait()
			answers[atOnce] = move(servers[1]) // a week later, it is the same request still
			for _, a := range answers {
				if a.Status != 200 || string(a.Body) != string(answers[0].Body) {
					t.Errorf("%d %s, another was answered %s", a.Status, a.Body, answers[0].Body)
				}
			}
			if now := servers[0].Advance(t, v, "1h"); now.Ahead != "7d1h" {
				t.Errorf("%s ahead", now.Ahead)
			}
		})
	}
}

// Only who may change the vendor moves the clock, by the API as by the console, and a
// form that is sent twice moves it once.
func TestMovingTheClockByHand(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.SignIn(t, v)
		form := servertest.Filled(b.Get(t, "/settings/test-clock"))
		form.Set("advance", "3 weeks")
		servertest.Refuses(t, b.Post(t, "/settings/test-clock", form), "advance", "must be a duration such as 26h")
		page := b.Get(t, "/settings/test-clock")
		form = servertest.Filled(page)
		form.Set("advance", "1d12h")
		_, once, _ := strings.Cut(page.Find("main form.app-form").AttrOr("action", ""), "once=")
		for range 2 {
			if p := b.Post(t, "/settings/test-clock?once="+once, form); !strings.Contains(p.Text("main"), "The clock was moved by 1d12h") {
				t.Errorf("%d %s", p.Status, p.Text("main"))
			}
		}
		if now := s.Advance(t, v, "1h"); now.Ahead != "1d13h" {
			t.Errorf("%s ahead", now.Ahead)
		}
		other := s.SignInAs(t, v, "support")
		if p := other.Get(t, "/settings/test-clock"); p.Status != 403 {
			t.Errorf("support reads %d", p.Status)
		}
		if p := other.Get(t, "/"); !strings.Contains(p.Text(".app-clock"), "1d13h ahead") || p.Find(".app-clock a").Length() != 0 {
			t.Errorf("support is told %q", p.Text(".app-clock"))
		}
	}, servertest.TestClock)
}
