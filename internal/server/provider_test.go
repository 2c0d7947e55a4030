package server_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// provider is an OpenID provider at which somebody is signed in already.
type provider struct {
	*httptest.Server

	key *rsa.PrivateKey

	mu     sync.Mutex
	who    string // the subject
	email  string
	change func(claims map[string]any) // spoils the next identity
	asked  url.Values                  // the last way here
	codes  map[string]url.Values
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key, who: "anna", email: "anna@elsewhere.example", codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = r.URL.Query()
	code := rand.Text()
	p.codes[code] = p.asked
	back := url.Values{"code": {code}, "state": {p.asked.Get("state")}}
	http.Redirect(w, r, p.asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || b64(sum[:]) != asked.Get("code_challenge") || id != "chancery" || secret != "s3cret" {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{
		"iss": p.URL, "aud": "chancery", "sub": p.who, "email": p.email, "nonce": asked.Get("nonce"),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	if p.change != nil {
		p.change(claims)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k"}}, nil)
	if err != nil {
		panic(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(map[string]string{"access_token": "x", "token_type": "Bearer", "id_token": token}); err != nil {
		panic(err)
	}
}

func (p *provider) as(who, email string, change func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.who, p.email, p.change = who, email, change
}

func (p *provider) settings(ways string) url.Values {
	return url.Values{"issuer": {p.URL}, "client_id": {"chancery"}, "secret": {"s3cret"}, "label": {"Acme ID"}, "ways": {ways}}
}

// connected sets the provider up, tries it as the owner, and switches it on.
func connected(t *testing.T, s *servertest.Server, v wiring.NewVendor, ways string) (*provider, *servertest.Browser) {
	t.Helper()
	p, owner := newProvider(t), s.SignIn(t, v)
	p.as("boss", v.OwnerEmail, nil)
	if page := owner.Fill(t, "/settings/sign-in/edit", p.settings(ways)); page.Path != "/settings/sign-in" || !strings.Contains(page.Text("main"), "Try it") {
		t.Fatalf("set up: %d %s", page.Status, page.Text("main"))
	}
	if page := owner.Post(t, "/settings/sign-in/on", nil); !strings.Contains(page.Text("#flash"), "Nobody has signed in") {
		t.Errorf("switched on untried: %s", page.Text("#flash"))
	}
	if page := s.Browser(t, v).Get(t, "/sign-in"); strings.Contains(page.Text("main"), "Acme ID") {
		t.Error("it is offered before it is switched on")
	}
	leave := owner.Post(t, "/account/provider/connect", url.Values{"next": {"/settings/sign-in"}})
	if page := owner.Follow(t, leave.Find("main .btn-primary").AttrOr("href", "")); page.Path != "/settings/sign-in" || !strings.Contains(page.Text("main"), "It works") {
		t.Fatalf("tried: %d %s %s", page.Status, page.Path, page.Text("main"))
	}
	if page := owner.Post(t, "/settings/sign-in/on", nil); !strings.Contains(page.Text("main"), "Its button is on") {
		t.Fatalf("switched on: %s", page.Text("main"))
	}
	return p, owner
}

// TestProvider: a provider is set up, tried and switched on; the owner signs in
// with it, and somebody who is invited joins with it.
func TestProvider(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		p, owner := connected(t, s, v, "only")
		if body := owner.Get(t, "/settings/sign-in/edit").Body; strings.Contains(body, "s3cret") {
			t.Error("the secret is shown")
		}
		b := s.Browser(t, v)
		button := b.Get(t, "/sign-in?next=%2Faccount").Find(".app-ways a").AttrOr("href", "")
		if page := b.Get(t, strings.TrimPrefix(button, b.Base)); page.Path != "/account" || !strings.Contains(page.Text("main"), v.OwnerEmail) {
			t.Fatalf("signed in: %d %s %s", page.Status, page.Path, page.Text("main"))
		}
		if q := p.asked; q.Get("code_challenge_method") != "S256" || len(q.Get("nonce")) < 40 || len(q.Get("state")) < 40 || q.Get("scope") != "openid email profile" {
			t.Errorf("asked for %v", q)
		}
		if page := b.Get(t, "/sign-in/provider/back?code=x&state="+p.asked.Get("state")); page.Status != 422 || !strings.Contains(page.Text("main"), "finished already") {
			t.Errorf("the same state again: %d %s", page.Status, page.Text("main"))
		}

		made := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "name": {"Bob"}, "role": {"admin"}})
		link := strings.TrimPrefix(made.Find("[data-copy]").AttrOr("data-copy", ""), owner.URL+owner.Base)
		p.as("bob", "bob@example.com", nil)
		bob := s.Browser(t, v)
		if page := bob.Get(t, "/sign-in/provider"); page.Status != 403 || !strings.Contains(page.Text("main"), "nobody of this team") {
			t.Errorf("an address alone signs in: %d %s", page.Status, page.Text("main"))
		}
		join := bob.Get(t, link).Find("a[href*='invitation=']").AttrOr("href", "")
		p.as("bob", "robert@elsewhere.example", nil) // the invitation counts, not the address
		if page := bob.Get(t, strings.TrimPrefix(join, bob.Base)); strings.HasPrefix(page.Path, "/sign-in") || page.Status == 403 {
			t.Fatalf("joined: %d %s %s", page.Status, page.Path, page.Text("main"))
		}
		if page := bob.Get(t, "/account"); !strings.Contains(page.Text("main"), "bob@example.com") || !strings.Contains(page.Text("main"), "as robert@elsewhere.example") {
			t.Errorf("the account: %s", page.Text("main"))
		}
		if page := bob.Post(t, "/account/provider/disconnect", nil); page.Status != 409 {
			t.Errorf("the only way in goes: %d", page.Status)
		}
		p.as("eve", "eve@example.com", nil)
		if page := s.Browser(t, v).Get(t, strings.TrimPrefix(join, bob.Base)); page.Status != 404 {
			t.Errorf("an invitation twice: %d %s", page.Status, page.Text("main"))
		}

		// Passwords are over for the team, and stay for owners.
		cleared := owner.Post(t, "/settings/team/invite", url.Values{"email": {"carl@example.com"}, "name": {"Carl"}, "role": {"admin"}})
		token := strings.TrimPrefix(strings.TrimPrefix(cleared.Find("[data-copy]").AttrOr("data-copy", ""), owner.URL+owner.Base), "/reset?token=")
		carl := s.Browser(t, v)
		carl.Post(t, "/reset", url.Values{"token": {token}, "password": {newPassword}})
		if page := carl.Post(t, "/sign-in", url.Values{"email": {"carl@example.com"}, "password": {newPassword}}); page.Status != 400 || !strings.Contains(page.Text("main"), "signs in with Acme ID") {
			t.Errorf("a password of the team: %d %s", page.Status, page.Text("main"))
		}
		s.SignIn(t, v)
	}, servertest.AllowLoopback)
}

// TestProviderAttacks: what must not sign anybody in.
func TestProviderAttacks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		p, owner := connected(t, s, v, "any")
		for name, c := range map[string]struct {
			change func(claims map[string]any)
			want   string
		}{
			"the nonce of another sign-in": {func(c map[string]any) { c["nonce"] = "x" }, "of another sign-in"},
			"no nonce":                     {func(c map[string]any) { delete(c, "nonce") }, "of another sign-in"},
			"another issuer":               {func(c map[string]any) { c["iss"] = "https://evil.example" }, "not valid"},
			"another audience":             {func(c map[string]any) { c["aud"] = "another" }, "not valid"},
			"an old token":                 {func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, "not valid"},
			"the owner's address":          {func(c map[string]any) { c["sub"] = "eve" }, "nobody of this team"},
			"no subject":                   {func(c map[string]any) { c["sub"] = "" }, "not valid"},
		} {
			p.as("boss", v.OwnerEmail, c.change)
			b := s.Browser(t, v)
			if page := b.Get(t, "/sign-in/provider"); page.Status < 400 || !strings.Contains(page.Text("main"), c.want) {
				t.Errorf("%s: %d %s", name, page.Status, page.Text("main"))
			}
			if page := b.Get(t, "/account"); !strings.HasPrefix(page.Path, "/sign-in") {
				t.Errorf("%s signed in", name)
			}
		}
		// The provider is switched off while somebody is on the way.
		p.as("boss", v.OwnerEmail, func(map[string]any) { owner.Post(t, "/settings/sign-in/off", nil) })
		late := s.Browser(t, v)
		if page := late.Get(t, "/sign-in/provider"); page.Status != 409 || !strings.Contains(page.Text("main"), "does not sign in with a provider") {
			t.Errorf("switched off meanwhile: %d at %s", page.Status, page.Path)
		}
		owner.Post(t, "/settings/sign-in/on", nil)
		p.as("boss", v.OwnerEmail, nil)

		// A code and a state that another browser was sent back with.
		victim := s.Browser(t, v)
		if page := victim.Get(t, "/sign-in/provider/back?code=x&state=y"); page.Status != 422 {
			t.Errorf("a return without a beginning: %d", page.Status)
		}
		for _, next := range []string{"//evil.example", "https://evil.example/", "/\\evil.example"} {
			b := s.Browser(t, v)
			if page := b.Get(t, "/sign-in/provider?next="+url.QueryEscape(next)); page.Path != "/" {
				t.Errorf("next=%s leads to %s", next, page.Path)
			}
		}
		b := s.Browser(t, v)
		if page := b.Get(t, "/sign-in/provider/back?error=access_denied"); page.Status != 422 {
			t.Errorf("refused there: %d", page.Status)
		}
	}, servertest.AllowLoopback)
}

// Attack: a vendor points the server at the inside of its network.
func TestProviderInside(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	p, owner := newProvider(t), s.SignIn(t, v)
	for issuer, want := range map[string]string{
		p.URL:                          "not one of the public internet",
		"http://login.example.com":     "must be the address of the provider",
		"javascript:alert(1)":          "must be the address of the provider",
		"https://user@169.254.169.254": "must be the address of the provider",
		"https://169.254.169.254":      "not one of the public internet",
	} {
		form := p.settings("any")
		form.Set("issuer", issuer)
		if page := owner.Fill(t, "/settings/sign-in/edit", form); page.Status != 400 || !strings.Contains(page.Text("#issuer-error"), want) {
			t.Errorf("%s: %d %s", issuer, page.Status, page.Text("main"))
		}
	}
}
