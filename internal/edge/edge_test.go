package edge_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
)

func TestMountRefuses(t *testing.T) {
	t.Parallel()
	public := &edge.Surface{Name: "public"}
	good := edge.Route{Surface: keyed(), Method: "GET", Path: "/x", Handler: ok, Permission: identity.ViewLicenses}
	for name, change := range map[string]func(*edge.Route){
		"no permission":             func(r *edge.Route) { r.Permission = "" },
		"permission and public":     func(r *edge.Route) { r.Public = "why" },
		"no surface":                func(r *edge.Route) { r.Surface = nil },
		"nobody to authenticate":    func(r *edge.Route) { r.Surface = public },
		"no handler":                func(r *edge.Route) { r.Handler = nil },
		"no method":                 func(r *edge.Route) { r.Method = "" },
		"a path the mux can't take": func(r *edge.Route) { r.Path = "/{" },
	} {
		route := good
		change(&route)
		b := setup(t)
		if err := b.Mount(route); err == nil || len(b.Routes()) != 0 {
			t.Errorf("%s: %v, %d routes", name, err, len(b.Routes()))
		}
	}
	b := setup(t)
	b.mount(t, good)
	if b.Mount(good) == nil {
		t.Error("the same route was mounted twice")
	}
	if n := len(b.Routes()); n != 1 {
		t.Errorf("%d routes", n)
	}
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	b := setup(t)
	route := edge.Route{Surface: keyed(), Method: "GET", Path: "/may", Handler: ok, Permission: identity.ViewLicenses}
	mayNot := route
	mayNot.Path, mayNot.Permission = "/may-not", identity.ManageVendor
	b.mount(t, route, mayNot)
	for _, c := range []struct {
		method, path, key string
		status            int
		code              string
	}{
		{"GET", "/may", "good", 200, ""},
		{"HEAD", "/may", "good", 200, ""},
		{"GET", "/may", "bad", 401, "key_unknown"},
		{"GET", "/may", "", 401, "key_unknown"},
		{"GET", "/may-not", "good", 403, "permission_missing"},
		{"GET", "/nothing", "good", 404, "route_not_found"},
		{"POST", "/may", "good", 405, "method_not_allowed"},
	} {
		w := b.do(c.method, c.path, "", "Key", c.key)
		if w.Code != c.status {
			t.Errorf("%s %s as %q: %d", c.method, c.path, c.key, w.Code)
		}
		if c.code != "" {
			if p := problem(t, w); p.Code != c.code || p.RequestID == "" || p.RequestID != w.Header().Get("X-Request-ID") {
				t.Errorf("%s %s as %q: %+v", c.method, c.path, c.key, p)
			}
		}
		for _, h := range []string{"X-Content-Type-Options", "Content-Security-Policy", "Cache-Control", "X-Frame-Options"} {
			if w.Header().Get(h) == "" {
				t.Errorf("%s %s: no %s", c.method, c.path, h)
			}
		}
	}
}

// A path written out takes its own methods alone: what stands beside it with a name in
// its place does not answer for it.
func TestPathsWrittenOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for method, paths := range map[string][]string{
		"GET":  {"/things/{id}", "/things/{id}/parts", "/things/{id}/{part}", "/{$}", "/{name}", "/files/{rest...}"},
		"POST": {"/things/search", "/things/{id}/fold", "/files/new"},
		"PUT":  {"/things/{name}"},
	} {
		for _, path := range paths {
			b.mount(t, edge.Route{Surface: keyed(), Method: method, Path: path, Permission: identity.ViewLicenses, Handler: ok})
		}
	}
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/things/7", 200, ""},
		{"PUT", "/things/7", 200, ""},
		{"GET", "/things/search", 405, "POST"},
		{"HEAD", "/things/search", 405, "POST"},
		{"PUT", "/things/search", 405, "POST"},
		{"DELETE", "/things/search", 405, "POST"},
		{"POST", "/things/search", 200, ""},
		{"GET", "/things/searching", 200, ""},
		{"GET", "/things/search/parts", 200, ""},
		{"GET", "/things/7/fold", 405, "POST"},
		{"GET", "/things/7/parts", 200, ""},
		{"GET", "/things/7/x", 200, ""},
		{"DELETE", "/things/7", 405, "GET, HEAD, PUT"},
		{"GET", "/", 200, ""},
		{"GET", "/files/new", 200, ""},
	} {
		w := b.do(c.method, c.path, "", "Key", "good")
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q", c.method, c.path, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var ctx context.Context
	b.mount(t, edge.Route{
		Surface: keyed(), Method: "GET", Path: "/x", Permission: identity.ViewLicenses,
		Handler: func(_ http.ResponseWriter, r *http.Request) error {
			ctx = r.Context() //nolint:fatcontext // looked at below
			return nil
		},
	})
	w := b.do("GET", "/x", "", "Key", "good")
	p, ok := edge.PrincipalFrom(ctx)
	actor := tx.ActorFrom(ctx)
	if !ok || p.Vendor.Int64() != 7 || actor.Kind != "api_key" || actor.ID != p.ID.String() || actor.Address != "192.0.2.1" ||
		actor.RequestID != edge.RequestID(ctx) || actor.RequestID != w.Header().Get("X-Request-ID") || edge.ClientAddress(ctx).String() != actor.Address {
		t.Errorf("principal %+v %v, actor %+v", p, ok, actor)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		t.Error("the handler's context has no deadline")
	}
}

// The back office names the person behind a call; a program can't, and what can't
// be stored or read never gets as far as the audit log.
func TestPersonBehindACall(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kind, actor := identity.Admin, tx.Actor{}
	surface := keyed()
	authenticate := surface.Authenticate
	surface.Authenticate = func(r *http.Request) (identity.Principal, error) {
		p, err := authenticate(r)
		p.KeyKind = kind
		return p, err
	}
	b.mount(t, edge.Route{
		Surface: surface, Method: "GET", Path: "/x", Permission: identity.ViewLicenses,
		Handler: func(_ http.ResponseWriter, r *http.Request) error {
			actor = tx.ActorFrom(r.Context())
			return nil
		},
	})
	for given, want := range map[string]string{
		"": "", "Anna Müller": "Anna Müller", " \tanna\u0085@example.com": "anna@example.com",
		"M\xfcller": "M\uFFFDller", strings.Repeat("ü", 300): strings.Repeat("ü", 200),
	} {
		b.do("GET", "/x", "", "Key", "good", "LastModifiedBy", given)
		if actor.Name != want {
			t.Errorf("%q became %q, want %q", given, actor.Name, want)
		}
	}
	kind = identity.Provisioning
	if b.do("GET", "/x", "", "Key", "good", "LastModifiedBy", "Mallory"); actor.Name != "" {
		t.Errorf("a program acts as %q", actor.Name)
	}
}

func TestErrorsBecomeProblems(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var fails error
	b.mount(t, edge.Route{
		Surface: keyed(), Method: "POST", Path: "/x", Permission: identity.ViewLicenses,
		Handler: func(http.ResponseWriter, *http.Request) error {
			if fails == nil {
				panic("secret in a panic")
			}
			return fails
		},
	})
	for _, c := range []struct {
		err        error
		status     int
		code       string
		retryAfter string
	}{
		{nil, 500, "internal", ""},
		{errors.New("secret path in an error"), 500, "internal", ""},
		{&fault.Error{Kind: fault.Internal, Code: "secret", Message: "secret"}, 500, "internal", ""},
		{fault.Wrong(fault.Field{Name: "a", Message: "must be b"}), 400, "invalid_request", ""},
		{fault.Missing("license"), 404, "license_not_found", ""},
		{fault.Refused("used_up", "All are used.", "Buy more."), 409, "used_up", ""},
		{tx.ErrKeyReused(), 422, "idempotency_key_reused", ""},
		{&fault.Error{Kind: fault.Throttled, Code: "slow", RetryAfter: 1500 * time.Millisecond}, 429, "slow", "2"},
		{&fault.Error{Kind: fault.Unavailable, Code: "gone"}, 503, "gone", "1"},
	} {
		fails = c.err
		w := b.do("POST", "/x", "", "Key", "good")
		p := problem(t, w)
		if w.Code != c.status || p.Code != c.code || w.Header().Get("Retry-After") != c.retryAfter {
			t.Errorf("%v: %d %+v, Retry-After %q", c.err, w.Code, p, w.Header().Get("Retry-After"))
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: shown as %s", c.err, w.Body)
		}
		if c.status == 500 && !strings.Contains(b.log.String(), p.RequestID) {
			t.Errorf("%v: the log does not name the request", c.err)
		}
		if w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%v: %s", c.err, w.Header().Get("Content-Type"))
		}
	}
	if strings.Contains(b.log.String(), "secret in a panic") {
		t.Errorf("the log repeats what a panic says, which may be what the caller sent: %s", b.log)
	}
	if !strings.Contains(b.log.String(), "secret path in an error") || !strings.Contains(b.log.String(), "a value of type string") || !strings.Contains(b.log.String(), "edge_test.go") {
		t.Error("the log keeps less than what went wrong")
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mount(t, edge.Route{
		Surface: keyed(), Method: "GET", Path: "/x", Permission: identity.ViewLicenses, Timeout: time.Millisecond,
		Handler: func(_ http.ResponseWriter, r *http.Request) error {
			<-r.Context().Done()
			return r.Context().Err()
		},
	})
	w := b.do("GET", "/x", "", "Key", "good")
	if p := problem(t, w); w.Code != 503 || p.Code != "timeout" || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %+v", w.Code, p)
	}
}

// A surface of its own form writes every refusal itself, also those from before its handler.
func TestSurfaceWritesItsProblems(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := keyed()
	s.Problem = func(w http.ResponseWriter, _ *http.Request, err error) {
		w.Header().Set("Signature", "yes")
		w.WriteHeader(edge.Status(fault.As(err).Kind))
	}
	b.mount(t, edge.Route{
		Surface: s, Method: "POST", Path: "/x", Permission: identity.ViewLicenses, BodyLimit: 4,
		Handler: func(_ http.ResponseWriter, r *http.Request) error {
			if r.Header.Get("Panic") != "" {
				panic("x")
			}
			return decodeJSON(r, &struct{}{})
		},
	})
	for name, w := range map[string]*httptest.ResponseRecorder{
		"401": b.do("POST", "/x", "{}"),
		"400": b.do("POST", "/x", "x", "Key", "good"),
		"413": b.do("POST", "/x", "{    }", "Key", "good"),
		"500": b.do("POST", "/x", "{}", "Key", "good", "Panic", "1"),
	} {
		if w.Header().Get("Signature") != "yes" || http.StatusText(w.Code) == "" || name != w.Result().Status[:3] {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mount(t, edge.Route{
		Surface: keyed(), Method: "POST", Path: "/x", Permission: identity.ViewLicenses, BodyLimit: 10,
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			body, err := edge.ReadBody(r)
			if err != nil {
				return err
			}
			_, err = w.Write(body)
			return err
		},
	})
	if w := b.do("POST", "/x", "0123456789", "Key", "good"); w.Code != 200 || w.Body.String() != "0123456789" {
		t.Errorf("at the limit: %d %s", w.Code, w.Body)
	}
	if w := b.do("POST", "/x", "0123456789a", "Key", "good"); w.Code != 413 {
		t.Errorf("over the limit: %d", w.Code)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", io.MultiReader(strings.NewReader("0123456789"), strings.NewReader("a")))
	r.Header.Set("Key", "good") // no Content-Length: found while reading
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	if p := problem(t, w); w.Code != 413 || p.Code != "body_too_large" {
		t.Errorf("over the limit, without a length: %d %+v", w.Code, p)
	}
	if w := b.do("POST", "/x", "{}", "Key", "good", "Content-Encoding", "gzip"); w.Code != 400 {
		t.Errorf("compressed: %d", w.Code)
	}
}

// People are told how much is too much in the measure they know.
func TestBodyLimitIsSaidInWords(t *testing.T) {
	t.Parallel()
	for limit, said := range map[int64]string{10: "10 bytes", 2048: "2 KB", 3 << 20: "3 MB"} {
		b := setup(t)
		b.mount(t, edge.Route{
			Surface: keyed(), Method: "POST", Path: "/x", Permission: identity.ViewLicenses, BodyLimit: limit,
			Handler: func(_ http.ResponseWriter, r *http.Request) error {
				_, err := edge.ReadBody(r)
				return err
			},
		})
		if p := problem(t, b.do("POST", "/x", strings.Repeat("x", int(limit)+1), "Key", "good")); p.Detail != "What was sent is larger than "+said+"." {
			t.Errorf("%d: %s", limit, p.Detail)
		}
	}
}

// The attack: a page of another site sends a form to a browser surface.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	browser := &edge.Surface{Name: "portal", Browser: true}
	b.mount(t,
		edge.Route{Surface: browser, Method: "POST", Path: "/portal", Handler: ok, Public: "test"},
		edge.Route{Surface: browser, Method: "GET", Path: "/portal", Handler: ok, Public: "test"},
		edge.Route{Surface: keyed(), Method: "POST", Path: "/api", Handler: ok, Permission: identity.ViewLicenses})
	for _, c := range []struct {
		method, path string
		headers      []string
		status       int
	}{
		{"POST", "/portal", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/portal", []string{"Origin", "https://evil.example"}, 403},
		{"POST", "/portal", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"POST", "/portal", nil, 200}, // no browser
		{"GET", "/portal", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"POST", "/api", []string{"Sec-Fetch-Site", "cross-site", "Key", "good"}, 200}, // a key is no cookie
	} {
		if w := b.do(c.method, c.path, "", c.headers...); w.Code != c.status {
			t.Errorf("%s %s %v: %d, want %d", c.method, c.path, c.headers, w.Code, c.status)
		}
	}
}

func TestFailuresBudget(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *edge.Config) {
		var err error
		if c.Failures, err = budget.New(budget.Config{Clock: c.IDs.Clock, Burst: 3, Every: time.Minute}); err != nil {
			t.Fatal(err)
		}
		if c.AddressFailures, err = budget.New(budget.Config{Clock: c.IDs.Clock, Burst: 10, Every: time.Minute}); err != nil {
			t.Fatal(err)
		}
	})
	b.mount(t, edge.Route{Surface: keyed(), Method: "GET", Path: "/x", Handler: ok, Permission: identity.ViewLicenses})
	for i := range 4 {
		want := 401
		if i == 3 {
			want = 429
		}
		w := b.do("GET", "/x", "", "Key", "bad")
		if w.Code != want || (want == 429) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("failure %d: %d %v", i, w.Code, w.Header())
		}
	}
	// Guessing with ever new keys: the address pays, and only its failures.
	for i := range 7 {
		if w := b.do("GET", "/x", "", "Key", strings.Repeat("g", i+1)); w.Code != 401 {
			t.Errorf("guess %d: %d", i, w.Code)
		}
	}
	if w := b.do("GET", "/x", "", "Key", "another guess"); w.Code != 429 {
		t.Errorf("a guess over the budget: %d", w.Code)
	}
	for range 100 {
		if w := b.do("GET", "/x", "", "Key", "good"); w.Code != 200 {
			t.Fatalf("a neighbour's good key: %d", w.Code)
		}
	}
	b.clock.Advance(time.Minute)
	if w := b.do("GET", "/x", "", "Key", "bad"); w.Code != 401 {
		t.Errorf("after a minute: %d", w.Code)
	}
}

func TestAccessLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mount(t, edge.Route{Surface: keyed(), Method: "GET", Path: "/licenses/{token}", Handler: ok, Permission: identity.ViewLicenses})
	b.do("GET", "/licenses/hush-path?token_key=hush-query", "hush-body", "Key", "hush-header")
	line := b.log.String()
	if strings.Contains(line, "hush") {
		t.Error(line)
	}
	for _, part := range []string{`route="GET /licenses/{token}"`, "status=401", "code=key_unknown"} {
		if !strings.Contains(line, part) {
			t.Errorf("no %s in %s", part, line)
		}
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		trusted string
		peer    string
		xff     []string
		want    string
	}{
		{"nobody is trusted", "", "203.0.113.5:1000", []string{"198.51.100.1"}, "203.0.113.5"},
		{"the peer is not", "10.0.0.0/8", "203.0.113.5:1000", []string{"198.51.100.1"}, "203.0.113.5"},
		{"one proxy", "10.0.0.0/8", "10.1.1.1:1000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a client that lies", "10.0.0.0/8", "10.1.1.1:1000", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies, two lines", "10.0.0.0/8", "10.1.1.1:1000", []string{"1.1.1.1, 198.51.100.1", "10.2.2.2"}, "198.51.100.1"},
		{"rubbish", "10.0.0.0/8", "10.1.1.1:1000", []string{"<script>"}, "10.1.1.1"},
		{"none", "10.0.0.0/8", "10.1.1.1:1000", nil, "10.1.1.1"},
		{"a port", "10.0.0.0/8", "10.1.1.1:1000", []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		{"mapped", "10.0.0.0/8", "[::ffff:10.1.1.1]:1000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		if got := clientAddress(t, c.trusted, c.peer, c.xff); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// decodeJSON is what handlers do with a body.
func decodeJSON(r *http.Request, v any) error {
	body, err := edge.ReadBody(r)
	if err != nil {
		return err
	}
	return edge.ParseJSON(body, v)
}
