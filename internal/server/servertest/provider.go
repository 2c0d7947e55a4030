package servertest

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

	"chancery/internal/wiring"
)

// Provider is an OpenID provider at which somebody is signed in already.
type Provider struct {
	*httptest.Server

	key *rsa.PrivateKey

	mu     sync.Mutex
	who    string // the subject
	email  string
	change func(claims map[string]any) // spoils the next identity
	asked  url.Values                  // the last way here
	codes  map[string]url.Values
}

// NewProvider starts a provider.
func NewProvider(t *testing.T) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{key: key, who: "anna", email: "anna@elsewhere.example", codes: map[string]url.Values{}}
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

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = r.URL.Query()
	code := rand.Text()
	p.codes[code] = p.asked
	back := url.Values{"code": {code}, "state": {p.asked.Get("state")}}
	http.Redirect(w, r, p.asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || base64URL(sum[:]) != asked.Get("code_challenge") || id != "chancery" || secret != "s3cret" {
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

// As says who is signed in there; change spoils the identities that are given.
func (p *Provider) As(who, email string, change func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.who, p.email, p.change = who, email, change
}

// Settings are the form of the vendor's settings, with the ways to sign in.
func (p *Provider) Settings(ways string) url.Values {
	return url.Values{"issuer": {p.URL}, "client_id": {"chancery"}, "secret": {"s3cret"}, "label": {"Acme ID"}, "ways": {ways}}
}

// Connected sets a provider up, tries it as the owner, and switches it on.
func (s *Server) Connected(t *testing.T, v wiring.NewVendor, ways string) (*Provider, *Browser) {
	t.Helper()
	p, owner := NewProvider(t), s.SignIn(t, v)
	p.As("boss", v.OwnerEmail, nil)
	if page := owner.Fill(t, "/settings/sign-in/edit", p.Settings(ways)); page.Path != "/settings/sign-in" || !strings.Contains(page.Text("main"), "Try it") {
		t.Fatalf("set up: %d %s", page.Status, page.Text("main"))
	}
	if page := owner.Post(t, "/settings/sign-in/on", nil); !strings.Contains(page.Text("#flash"), "Nobody has signed in") {
		t.Errorf("switched on untried: %s", page.Text("#flash"))
	}
	if page := s.Browser(t, v).Get(t, "/sign-in"); strings.Contains(page.Text("main"), "Acme ID") {
		t.Error("it is offered before it is switched on")
	}
	leave := owner.Post(t, "/account/provider/connect", url.Values{"next": {"/settings/sign-in"}})
	page := owner.Follow(t, leave.Find("main .btn-primary").AttrOr("href", ""))
	if page.Path != "/settings/sign-in" || !strings.Contains(page.Text("main"), "It works") {
		t.Fatalf("tried: %d %s %s", page.Status, page.Path, page.Text("main"))
	}
	if page := owner.Post(t, "/settings/sign-in/on", nil); !strings.Contains(page.Text("main"), "Its button is on") {
		t.Fatalf("switched on: %s", page.Text("main"))
	}
	return p, owner
}

// Asked is what the last browser was sent here with.
func (p *Provider) Asked() url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}
