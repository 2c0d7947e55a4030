package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
)

// rated is an edge where 3 calls of a key and 5 of an address may come at once,
// with the keys "public" and "secret".
func rated(t *testing.T) bundle {
	t.Helper()
	b := setup(t, func(c *edge.Config) {
		for budgetOf, burst := range map[**budget.Budget]int{&c.KeyCalls: 3, &c.AddressCalls: 5} {
			var err error
			*budgetOf, err = budget.New(budget.Config{
				Clock: c.IDs.Clock, Burst: burst, Every: time.Second, Code: "too_many_calls", Message: "Too many calls.", Help: "Wait.",
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	s := &edge.Surface{
		Name:       "s",
		Credential: func(r *http.Request) string { return r.Header.Get("Key") },
		Authenticate: func(r *http.Request) (identity.Principal, error) {
			p := identity.Principal{Vendor: ident.VendorOf(7), ID: ident.UUID{1}, KeyKind: identity.Provisioning, Permissions: []identity.Permission{identity.ViewLicenses}}
			switch r.Header.Get("Key") {
			case "public":
			case "secret":
				p.ID, p.KeyKind = ident.UUID{2}, identity.Admin
			default:
				return p, &fault.Error{Kind: fault.Unauthenticated, Code: "key_unknown", Message: "This key is not known."}
			}
			return p, nil
		},
	}
	b.mount(t, edge.Route{Surface: s, Method: "GET", Path: "/x", Permission: identity.ViewLicenses, Handler: ok},
		edge.Route{Surface: s, Method: "GET", Path: "/open", Public: "a test", Handler: ok},
		edge.Route{Surface: s, Method: "GET", Path: "/light", Public: "a test", Light: true, Handler: ok})
	return b
}

func (b bundle) from(address, path, key string) int {
	r := httptest.NewRequest(http.MethodGet, path, nil) //nolint:noctx // of a test
	r.RemoteAddr = address + ":1234"
	r.Header.Set("Key", key)
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
		return 0 // it must say when
	}
	return w.Code
}

// The attack: a program's key is public, so whoever has it calls with it as often
// as he can. The product goes on for everybody elsewhere.
func TestAPublicKeyIsNotThrottledForOthers(t *testing.T) {
	t.Parallel()
	b := rated(t)
	for i, want := range []int{200, 200, 200, 429, 429} {
		if got := b.from("192.0.2.1", "/x", "public"); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	if got := b.from("192.0.2.2", "/x", "public"); got != 200 {
		t.Errorf("from elsewhere: %d", got)
	}
	b.clock.Advance(time.Second)
	if got := b.from("192.0.2.1", "/x", "public"); got != 200 {
		t.Errorf("a second later: %d", got)
	}
}

func TestASecretKeyIsCountedByItself(t *testing.T) {
	t.Parallel()
	b := rated(t)
	for i, want := range []int{200, 200, 200, 429} {
		if got := b.from("192.0.2."+string(rune('1'+i)), "/x", "secret"); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
}

// What fails is counted elsewhere: a neighbour's wrong keys cost nobody a call.
func TestFailuresCostNoCalls(t *testing.T) {
	t.Parallel()
	b := rated(t)
	for range 20 {
		if got := b.from("192.0.2.1", "/x", "wrong"); got != 401 {
			t.Fatalf("a wrong key: %d", got)
		}
	}
	if got := b.from("192.0.2.1", "/x", "public"); got != 200 {
		t.Errorf("after a neighbour's failures: %d", got)
	}
}

func TestAnAddressIsBounded(t *testing.T) {
	t.Parallel()
	b := rated(t)
	for i, want := range []int{200, 200, 200, 200, 200, 429} {
		if got := b.from("192.0.2.1", "/open", ""); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	for path, want := range map[string]int{"/light": 200, "/x": 429} {
		if got := b.from("192.0.2.1", path, "public"); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := b.from("192.0.2.2", "/open", ""); got != 200 {
		t.Errorf("from elsewhere: %d", got)
	}
}
