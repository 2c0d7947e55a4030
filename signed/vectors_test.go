package signed_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"chancery/signed"
)

// vectors is testdata/vectors.json: examples for people who write a client in
// another language. Run with UPDATE_VECTORS=1 to write it anew.
type vectors struct {
	Note      string           `json:"note"`
	Keys      vectorKeys       `json:"keys"`
	JWKSet    signed.JWKSet    `json:"jwk_set"`
	RSAPEM    string           `json:"rsa_public_key_pem"`
	RSAXML    string           `json:"rsa_public_key_xml"`
	Documents []vectorDocument `json:"documents"`
	Responses []vectorResponse `json:"responses"`
	Calls     []vectorCall     `json:"calls"`
	Legacy    []vectorLegacy   `json:"legacy"`
	Sealed    []vectorSealed   `json:"sealed"`
	Offline   vectorOffline    `json:"offline"`
	XML       []vectorXML      `json:"xml_files"`
	Refused   []vectorRefused  `json:"refused_answers"`

	RefusedCalls  []vectorRefusedCall `json:"refused_calls"`
	RefusedTexts  []vectorText        `json:"refused_texts"`
	RefusedNonces []vectorText        `json:"refused_nonces"`
}

type vectorKeys struct {
	Server  vectorKey `json:"server"`
	Next    vectorKey `json:"next"`
	Client  vectorKey `json:"client"`
	Sealing vectorKey `json:"sealing"`
	Hybrid  vectorKey `json:"hybrid"`
}

type vectorKey struct {
	Private string `json:"private"` // base64url: Ed25519 seed, X25519 scalar or X-Wing seed
	Public  string `json:"public"`
	KeyID   string `json:"kid"`
}

type vectorDocument struct {
	Type     string `json:"typ"`
	Payload  string `json:"payload"`
	Document string `json:"document"`
}

type vectorResponse struct {
	IssuedAt  int64  `json:"iat"`
	Nonce     string `json:"nonce"`
	Status    int    `json:"status"`
	Next      bool   `json:"announces_next"`
	Body      string `json:"body"`
	Signature string `json:"chancery_signature"`

	Request *vectorRequest `json:"request,omitempty"` // of an answer of version 2
}

type vectorRequest struct {
	Method        string `json:"method"`
	Path          string `json:"htu"`
	Query         string `json:"query"`
	CallSignature string `json:"chancery_client_signature"`
	Body          string `json:"body"`
	Hash          string `json:"req"`
}

func (v vectorRequest) hash() string {
	return signed.Request{Method: v.Method, Path: v.Path, Query: v.Query, CallSignature: v.CallSignature, Body: []byte(v.Body)}.Hash()
}

type vectorCall struct {
	Method    string `json:"method"`
	URLPath   string `json:"url_path"`
	Path      string `json:"htu"`
	Nonce     string `json:"nonce"`
	IssuedAt  int64  `json:"iat"`
	Counter   int64  `json:"ctr,omitempty"` // none: a call of the first version
	Body      string `json:"body"`
	Signature string `json:"chancery_client_signature"`
}

type vectorLegacy struct {
	Body           string `json:"body"`
	Signature      string `json:"x_slascone_signature"`
	Nonce          string `json:"nonce"`
	NonceSignature string `json:"x_nonce_signature"`
}

type vectorSealed struct {
	Version  int    `json:"version"`
	Kind     string `json:"kind"`
	VendorID string `json:"vendor_id"`
	Content  string `json:"content"`
	Armour   string `json:"armour"`
	Compact  string `json:"compact"`
}

type vectorRefused struct {
	Why       string `json:"why"`
	Nonce     string `json:"nonce_sent"`
	Status    int    `json:"status_received"`
	Body      string `json:"body"`
	Signature string `json:"chancery_signature"`
	Asked     string `json:"req_sent,omitempty"` // the hash of the request that was sent; with it an answer of version 2 is wanted
}

func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	const file = "testdata/vectors.json"
	k := setup(t)
	made := makeVectors(t, k)
	published, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var read vectors
	if err == nil {
		if err := json.Unmarshal(published, &read); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("UPDATE_VECTORS") == "1" {
		read.Sealed = sealVectors(t, k, read.Sealed)
	}
	made.Sealed = read.Sealed // sealing is random: what is published must open instead
	made.RefusedTexts = refusedTexts(t, k, made)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(made); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_VECTORS") == "1" {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(text.Bytes(), published) {
		t.Errorf("what is made differs from %s:\n%s", file, text.String())
	}
	checkVectors(t, k, made)
}

func makeVectors(t *testing.T, k keys) vectors {
	t.Helper()
	v := vectors{
		Note:   "Test keys: never use them. The RSA private key is rsa.pem. Signatures are deterministic; sealing is not, so sealed texts are examples to open.",
		RSAXML: string(signed.RSAPublicKeyXML(&k.rsa.PublicKey)),
		JWKSet: signed.JWKSet{Keys: []signed.JWK{
			signed.Ed25519JWK(k.signer.Public()), signed.X25519JWK(k.sealing.PublicKey()), signed.RSAJWK(&k.rsa.PublicKey),
			signed.HybridJWK(k.hybrid.Public()),
		}},
	}
	v.Keys.Server.Private, v.Keys.Server.Public, v.Keys.Server.KeyID = describe(k.server)
	v.Keys.Next.Private, v.Keys.Next.Public, v.Keys.Next.KeyID = describe(k.next)
	v.Keys.Client.Private, v.Keys.Client.Public, v.Keys.Client.KeyID = describe(k.client)
	v.Keys.Sealing.Private = b64(string(k.sealing.Bytes()))
	v.Keys.Sealing.Public = b64(string(k.sealing.PublicKey().Bytes()))
	v.Keys.Sealing.KeyID = signed.SealingKeyID(k.sealing.PublicKey())
	seed, err := k.hybrid.Seed()
	must(t, err)
	v.Keys.Hybrid = vectorKey{b64(string(seed)), k.hybrid.Public().String(), k.hybrid.Public().KeyID()}
	pemText, err := signed.RSAPublicKeyPEM(&k.rsa.PublicKey)
	must(t, err)
	v.RSAPEM = string(pemText)
	v.Offline = offlineVectors(t, k)

	for _, d := range []vectorDocument{
		{Type: signed.TypeLicense, Payload: `{"client_id":"m-1","serial":7}`},
		{Type: signed.TypeLicenseRefresh, Payload: `{"client_id":"m-1","serial":8}`},
		{Type: signed.TypeReceipt, Payload: `{"request_id":"Zürich"}`},
	} {
		document, err := k.signer.SignDocument(d.Type, []byte(d.Payload))
		must(t, err)
		d.Document = string(document)
		v.Documents = append(v.Documents, d)
	}
	for _, c := range []vectorCall{
		{Method: "POST", URLPath: "/api/v2" + heartbeats, Nonce: nonce(9), Body: `{"client_id":"m-1"}`, Counter: instant().UnixMilli()},
		{Method: "POST", URLPath: "/below/a/proxy/api/v2" + heartbeats, Nonce: nonce(10), Body: ``},
	} {
		c.Path, c.IssuedAt = signed.CallPath(c.URLPath), instant().Unix()
		call := signed.Call{Method: c.Method, Path: c.Path, Nonce: c.Nonce, IssuedAt: instant(), Counter: c.Counter}
		c.Signature, err = signed.SignCall(k.client, call, []byte(c.Body))
		must(t, err)
		v.Calls = append(v.Calls, c)
	}
	for _, r := range []vectorResponse{
		{Status: 200, Nonce: nonce(9), Body: `{"is_license_valid":true,"serial":7}`},
		{Status: 409, Nonce: nonce(10), Body: `{"id":2006,"message":"Unknown client.","help":"Activate first."}`},
		{Status: 200, Nonce: nonce(11), Body: `"Successfully deactivated License."`, Next: true},
		{Status: 401, Body: ``},
		{Status: 200, Nonce: nonce(9), Body: `{"is_license_valid":true,"serial":7}`, Request: &vectorRequest{
			Method: "POST", Path: signed.CallPath(heartbeats), CallSignature: v.Calls[0].Signature, Body: v.Calls[0].Body,
		}},
		{Status: 200, Nonce: nonce(12), Body: `3`, Request: &vectorRequest{
			Method: "GET", Path: "/isv/" + vendorID + "/licenses/27180460-29df-4a5a-a0a1-78c85ab6cee0/xml", Query: "token_key=0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e11&x=%20",
		}},
	} {
		r.IssuedAt = instant().Unix()
		response := signed.Response{IssuedAt: instant(), Nonce: r.Nonce, Status: r.Status}
		if r.Next {
			response.Next = public(k.next)
		}
		if r.Request != nil {
			r.Request.Hash = r.Request.hash()
			response.Asked = r.Request.Hash
		}
		r.Signature, err = k.signer.SignResponse(response, []byte(r.Body))
		must(t, err)
		v.Responses = append(v.Responses, r)
	}
	legacy := vectorLegacy{Body: `{"id":2006,"message":"Unknown client.","help":"Activate first."}`, Nonce: nonce(9)}
	legacy.Signature, err = signed.SignLegacy(k.rsa, []byte(legacy.Body))
	must(t, err)
	legacy.NonceSignature, err = signed.SignLegacyNonce(k.rsa, bytes.Repeat([]byte{0x89}, 24))
	must(t, err)
	v.Legacy = []vectorLegacy{legacy}
	v.XML = xmlVectors(t, k)
	v.Refused, v.RefusedCalls, v.RefusedNonces = refusedVectors(t, k), refusedCalls(t, k), refusedNonces()
	return v
}

func refusedVectors(t *testing.T, k keys) []vectorRefused {
	t.Helper()
	const body = `{"is_license_valid":true}`
	good, err := k.signer.SignResponse(signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200}, []byte(body))
	must(t, err)
	with := func(alg, typ, more string) string {
		return detached(k.server, `{"alg":"`+alg+`","kid":"`+k.signer.KeyID()+`","typ":"`+typ+`"`+more+`,"iat":1772366400,"nonce":"`+nonce(9)+`","status":200}`, body)
	}
	mine := vectorRequest{Method: "POST", Path: heartbeats, Body: `{"client_id":"m-1"}`}
	other := vectorRequest{Method: "POST", Path: heartbeats, Body: `{"client_id":"m-2"}`}
	const unencoded = `,"b64":false,"crit":["b64"]`
	return []vectorRefused{
		{"the body was changed", nonce(9), 200, `{"is_license_valid":true }`, good, ""},
		{"an older answer was played back: another nonce", nonce(8), 200, body, good, ""},
		{"the status was changed", nonce(9), 409, body, good, ""},
		{"alg is not EdDSA", nonce(9), 200, body, with("none", signed.TypeResponse, unencoded), ""},
		{"typ is another's", nonce(9), 200, body, with("EdDSA", signed.TypeReceipt, unencoded), ""},
		{"crit names something unknown", nonce(9), 200, body, with("EdDSA", signed.TypeResponse, `,"b64":false,"crit":["b64","x"],"x":1`), ""},
		{"b64 without crit", nonce(9), 200, body, with("EdDSA", signed.TypeResponse, `,"b64":false`), ""},
		{"a member comes twice", nonce(9), 200, body, with("EdDSA", signed.TypeResponse, unencoded+`,"status":200`), ""},
		{"next is a key of small order", nonce(9), 200, body, with("EdDSA", signed.TypeResponse, unencoded+nextMember(make([]byte, 32))), ""},
		{"it answers another request", nonce(9), 200, body, with("EdDSA", signed.TypeResponse, unencoded+`,"req":"`+other.hash()+`"`), mine.hash()},
		{"it says of no request that it answers it", nonce(9), 200, body, good, mine.hash()},
		{"signed by a key that is not trusted", nonce(9), 200, body, detached(k.next, `{"alg":"EdDSA","kid":"`+signed.KeyID(public(k.next))+`","typ":"chancery-response"`+unencoded+`,"iat":1772366400,"nonce":"`+nonce(9)+`","status":200}`, body), ""},
	}
}

// sealVectors makes the sealed vectors that are not published yet.
func sealVectors(t *testing.T, k keys, published []vectorSealed) []vectorSealed {
	t.Helper()
	all := make([]vectorSealed, 0, 4)
	for _, v := range []vectorSealed{
		{Version: 1, Kind: signed.SealActivation, VendorID: vendorID, Content: offlineVectors(t, k).ActivationRequest},
		{Version: 1, Kind: signed.SealDeactivation, VendorID: vendorID, Content: offlineVectors(t, k).Report},
		{Version: 2, Kind: signed.SealActivation, VendorID: vendorID, Content: offlineVectors(t, k).ActivationRequest},
		{Version: 2, Kind: signed.SealDeactivation, VendorID: vendorID, Content: offlineVectors(t, k).Report},
	} {
		at := slices.IndexFunc(published, func(p vectorSealed) bool {
			return max(p.Version, 1) == v.Version && p.Kind == v.Kind && p.Content == v.Content
		})
		if at >= 0 {
			v.Armour, v.Compact = published[at].Armour, published[at].Compact
			all = append(all, v)
			continue
		}
		sealed, err := signed.Seal(k.sealing.PublicKey(), v.Kind, v.VendorID, []byte(v.Content))
		if v.Version == 2 {
			sealed, err = signed.SealHybrid(k.hybrid.Public(), v.Kind, v.VendorID, []byte(v.Content))
		}
		must(t, err)
		v.Armour, v.Compact = string(sealed.Armour()), sealed.Compact()
		all = append(all, v)
	}
	return all
}

// checkVectors reads everything published back, also with keys read from the file.
func checkVectors(t *testing.T, k keys, v vectors) {
	t.Helper()
	trusted, err := v.JWKSet.KeySet()
	must(t, err)
	for _, d := range v.Documents {
		got, err := trusted.VerifyDocument([]byte(d.Document), d.Type)
		if err != nil || string(got.Payload) != d.Payload {
			t.Errorf("%s: %v", d.Type, err)
		}
	}
	for _, r := range v.Responses {
		got, err := trusted.VerifyStoredResponse(r.Signature, []byte(r.Body))
		if err != nil || got.Status != r.Status || got.Nonce != r.Nonce || (got.Next != nil) != r.Next {
			t.Errorf("answer %d: %+v, %v", r.Status, got, err)
		}
		if r.Request != nil {
			_, err = trusted.VerifyAnswer(r.Signature, []byte(r.Body), r.Nonce, r.Status, r.Request.hash())
			must(t, err)
		}
	}
	for _, c := range v.Calls {
		call := signed.Call{Method: c.Method, Path: c.Path, Nonce: c.Nonce}
		if at, err := signed.VerifyCall(public(k.client), c.Signature, call, []byte(c.Body)); err != nil || at.IssuedAt.Unix() != c.IssuedAt || at.Counter != c.Counter {
			t.Errorf("call: %v, %v", at, err)
		}
	}
	rsaKey, err := signed.ParseRSAPublicKeyPEM([]byte(v.RSAPEM))
	must(t, err)
	for _, l := range v.Legacy {
		raw, err := signed.ParseNonce(l.Nonce)
		must(t, err)
		must(t, signed.VerifyLegacy(rsaKey, []byte(l.Body), l.Signature))
		must(t, signed.VerifyLegacy(rsaKey, raw, l.NonceSignature))
	}
	checkOffline(t, k, trusted, v.Offline)
	if len(v.Sealed) == 0 {
		t.Error("no sealed vectors")
	}
	for _, s := range v.Sealed {
		for _, text := range []string{s.Armour, s.Compact} {
			sealed, err := signed.ParseSealed([]byte(text))
			must(t, err)
			if sealed.Version != s.Version || sealed.Kind != s.Kind || sealed.VendorID != s.VendorID || string(sealed.Armour()) != s.Armour || sealed.Compact() != s.Compact {
				t.Errorf("sealed %s changes when written again", s.Kind)
			}
			open := func() ([]byte, error) { return sealed.Open(k.sealing) }
			if s.Version == 2 {
				open = func() ([]byte, error) { return sealed.OpenHybrid(k.hybrid) }
			}
			if content, err := open(); err != nil || string(content) != s.Content {
				t.Errorf("sealed %s: %q, %v", s.Kind, content, err)
			}
		}
	}
	for _, r := range v.Refused {
		_, err := trusted.VerifyResponse(r.Signature, []byte(r.Body), r.Nonce, r.Status)
		if r.Asked != "" {
			_, err = trusted.VerifyAnswer(r.Signature, []byte(r.Body), r.Nonce, r.Status, r.Asked)
		}
		if err == nil {
			t.Errorf("accepted although %s", r.Why)
		}
	}
	checkRefused(t, k, v, rsaKey)
}

func describe(key ed25519.PrivateKey) (private, publicKey, kid string) {
	return b64(string(key.Seed())), signed.FormatKey(public(key)), signed.KeyID(public(key))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
