package server_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"chancery/internal/server/servertest"
)

// rawNonce is 16 bytes that are no text: text is never signed as a nonce.
const rawNonce = "\x00123456789abcdef"

// Every answer below a vendor's address is signed, in the form that was asked
// for, whatever its status; at an address of nobody's there is no key to sign
// with. The checks are crypto/rsa's and go-jose's, with the keys as they are
// handed out.
func TestEveryAnswerIsSigned(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"offline_allowed": true, "xml_files_allowed": true})
		l := v.issue(t, nil)
		keys := published(t, v)
		nonce := base64.StdEncoding.EncodeToString([]byte(rawNonce))
		seen := map[int]int{}
		for _, base := range []string{"/api/v2/isv/", "/isv/"} {
			for n, c := range signedCalls(v, l) {
				c.headers = append(c.headers, "X-Forwarded-For", fmt.Sprintf("10.%d.%d.1", len(base), n)) // many of these calls guess
				path := base + v.VendorID + c.path
				for _, headers := range [][]string{c.headers, append(slices.Clone(c.headers), "X-Nonce", nonce)} {
					legacy := s.Do(t, c.method, path, c.body, headers...)
					modern := s.Do(t, c.method, path, c.body, append(slices.Clone(headers), "Chancery-Accept-Signature", "ed25519")...)
					for form, a := range map[string]servertest.Answer{"RSA": legacy, "Ed25519": modern} {
						if a.Status != c.status {
							t.Errorf("%s %s (%s): %d %s, want %d", c.method, path, form, a.Status, a.Body, c.status)
						}
						if a.Header.Get("Cache-Control") != "no-store, no-transform" || a.Header.Get("Content-Encoding") != "" {
							t.Errorf("%s %s (%s): %v", c.method, path, form, a.Header)
						}
						seen[a.Status]++
					}
					asked := len(headers) > len(c.headers)
					keys.checkRSA(t, legacy, asked && c.known)
					keys.checkJOSE(t, modern, asked, nonce)
				}
			}
		}
		if statuses := slices.Sorted(maps.Keys(seen)); !slices.Equal(statuses, []int{200, 400, 401, 403, 404, 405, 409, 413}) {
			t.Errorf("answers of %v were looked at", statuses)
		}
		for _, path := range []string{"/api/v2/isv/" + nobody, "/isv/" + nobody, "/isv/x"} {
			a := s.Do(t, "POST", path+"/provisioning/activations", "{}", "ProvisioningKey", v.ProvisioningKey, "X-Nonce", nonce)
			for name := range a.Header {
				if strings.Contains(strings.ToLower(name), "signature") || a.Status != 404 {
					t.Errorf("%s: %d with %s", path, a.Status, name)
				}
			}
		}
	}, behindProxy)
}

// signedCall is a call that is answered with status; known says that it is authenticated.
type signedCall struct {
	method, path string
	body         any
	status       int
	known        bool
	headers      []string
}

func signedCalls(v vendor, l license) []signedCall {
	program, office := []string{"ProvisioningKey", v.ProvisioningKey}, []string{"AdminKey", v.AdminKey}
	post := func(status int, path string, body any, headers []string) signedCall {
		return signedCall{"POST", path, body, status, status != 401 && status != 413, headers}
	}
	wrongKey := post(403, "/provisioning/validate", terms{"license_key": l.Key}, []string{"ProvisioningKey", "chp_wrong"})
	wrongKey.known = false
	elsewhere := []signedCall{
		post(404, "/provisioning/nothing", "{}", program), post(404, "/", nil, program),
		{"GET", "/provisioning/activations", nil, 405, false, program},
		{"DELETE", "/provisioning/activations", nil, 405, false, program},
	}
	for i := range elsewhere {
		elsewhere[i].known = false // nobody is asked who they are where there is nothing
	}
	get := func(status int, path string, body any, known bool, headers []string) signedCall {
		return signedCall{"GET", path, body, status, known, headers}
	}
	offline := "/provisioning/activations/offline?product_id=" + v.product + "&license_key=" + l.Key + "&client_id="
	return slices.Concat(elsewhere, []signedCall{
		wrongKey,
		// A full license key is proof enough for a nonce where no API key is asked for; a refusal proves nothing.
		get(200, offline+"drill-1", nil, true, nil),
		get(200, offline+"drill-1", nil, true, []string{"ProvisioningKey", "chp_wrong"}),
		get(409, offline+"drill-2", nil, false, nil),
		get(409, offline+"drill-2", nil, true, program),
		get(200, "/licenses/"+l.Key+"/xml", nil, true, program),
		get(200, "/provisioning/validate", terms{"license_key": l.Key}, true, program),
		get(400, "/provisioning/validate", nil, true, program),
		get(409, "/provisioning/validate/consumption", terms{"license_id": l.Key, "limitation_id": nobody}, true, program),
		get(409, "/provisioning/licenses/"+l.Key+"/tokens/floating/active/count", nil, true, program),
		post(409, "/provisioning/session/open", terms{"license_id": l.Key, "client_id": "drill-1", "checkout_period": json.RawMessage("60.0")}, program),
		post(409, "/provisioning/session/close", terms{"license_id": l.Key, "client_id": "drill-1", "checkout_period": json.RawMessage("6e1")}, program),
		post(400, "/provisioning/session/open", terms{"license_id": l.Key, "client_id": "drill-1", "checkout_period": "soon"}, program),
		post(200, "/provisioning/activations", v.activation(l.Key, "drill-1"), program),
		post(200, "/provisioning/heartbeats", v.heartbeat("drill-1"), program),
		post(200, "/provisioning/validate", terms{"license_key": l.Key}, program),
		post(200, "/provisioning/licenses/by_license", terms{"product_id": v.product, "license_key": l.Key}, program),
		post(200, "/provisioning/licenses/by_user", terms{"product_id": v.product, "user_id": "nobody"}, office),
		post(200, "/provisioning/licenses/by_customer", terms{"product_id": v.product, "customer_number": "?"}, office),
		post(200, "/provisioning/licenses/state/toggle", terms{"product_id": v.product, "license_key": l.Key, "is_active": true}, office),
		post(400, "/provisioning/activations", terms{}, program),
		post(400, "/provisioning/unassign", "{", program),
		post(401, "/provisioning/activations", terms{}, nil),
		post(403, "/provisioning/licenses/by_user", terms{}, program),
		post(409, "/provisioning/activations", v.activation(l.Key, "drill-2"), program),
		post(409, "/provisioning/heartbeats", v.heartbeat("drill-2"), program),
		post(409, "/provisioning/unassign", terms{"token_key": nobody}, program),
		post(409, "/provisioning/validate", terms{"license_key": nobody}, program),
		post(413, "/provisioning/activations", strings.Repeat(" ", 1<<20), program),
	})
}

// publicKeys are a vendor's, as its programs get them.
type publicKeys struct {
	rsa  *rsa.PublicKey
	jose jose.JSONWebKeySet
}

// published reads the keys in every form that they are handed out in.
func published(t testing.TB, v vendor) (keys publicKeys) {
	t.Helper()
	base := "/.well-known/chancery/" + v.VendorID
	block, rest := pem.Decode(v.Do(t, "GET", base+"/rsa.pem", nil).Body)
	if block == nil || len(rest) > 0 {
		t.Fatal("rsa.pem is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	keys.rsa = key.(*rsa.PublicKey)
	// go-jose refuses a whole set for one kind that it has not, X25519 and AKP; RFC 7517
	// has such keys left out.
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(v.Do(t, "GET", base+"/jwks.json", nil).Body, &set); err != nil || len(set.Keys) != 5 {
		t.Fatalf("%d keys in the JWK set, %v", len(set.Keys), err)
	}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err == nil {
			keys.jose.Keys = append(keys.jose.Keys, key)
		} else if !strings.Contains(string(raw), `"crv":"X25519"`) && !strings.Contains(string(raw), `"kty":"AKP"`) {
			t.Errorf("%s: %v", raw, err)
		}
	}
	return keys
}

func (k publicKeys) checkRSA(t testing.TB, a servertest.Answer, nonce bool) {
	t.Helper()
	if a.Header.Get("Chancery-Signature") != "" {
		t.Errorf("%d: a Chancery-Signature that nobody asked for", a.Status)
	}
	k.verifyRSA(t, a.Status, a.Header.Get("X-Slascone-Signature"), a.Body)
	switch signature := a.Header.Get("X-Nonce-Signature"); {
	case nonce:
		k.verifyRSA(t, a.Status, signature, []byte(rawNonce))
	case signature != "":
		t.Errorf("%d %s: a nonce was signed for nobody", a.Status, a.Body)
	}
}

func (k publicKeys) verifyRSA(t testing.TB, status int, signature string, message []byte) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(signature)
	sum := sha256.Sum256(message)
	if err != nil || rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, sum[:], raw) != nil {
		t.Errorf("%d %s: %q is no signature of it", status, message, signature)
	}
}

// checkJOSE verifies a detached JWS (b64=false) and what it says of the answer.
func (k publicKeys) checkJOSE(t testing.TB, a servertest.Answer, asked bool, nonce string) {
	t.Helper()
	if a.Header.Get("X-Slascone-Signature") != "" || a.Header.Get("X-Nonce-Signature") != "" {
		t.Errorf("%d: signatures of both forms", a.Status)
	}
	jws, err := jose.ParseDetached(a.Header.Get("Chancery-Signature"), a.Body, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		t.Errorf("%d %s: %v", a.Status, a.Body, err)
		return
	}
	header := jws.Signatures[0].Protected
	found := k.jose.Key(header.KeyID)
	if len(found) != 1 {
		t.Fatalf("the JWK set has %d keys %q", len(found), header.KeyID)
	}
	if err := jws.DetachedVerify(a.Body, found[0].Key); err != nil {
		t.Errorf("%d %s: %v", a.Status, a.Body, err)
	}
	if err := jws.DetachedVerify(append(slices.Clone(a.Body), ' '), found[0].Key); err == nil {
		t.Error("a body that was changed passes")
	}
	if status, _ := header.ExtraHeaders["status"].(float64); int(status) != a.Status || header.ExtraHeaders["typ"] != "chancery-response" {
		t.Errorf("%d: the signature is for %v", a.Status, header.ExtraHeaders)
	}
	if issued, _ := header.ExtraHeaders["iat"].(float64); time.Since(time.Unix(int64(issued), 0)).Abs() > time.Hour {
		t.Errorf("%d: issued at %v", a.Status, header.ExtraHeaders["iat"])
	}
	if asked && header.Nonce != nonce || !asked && header.Nonce != "" {
		t.Errorf("%d: the signature is for the nonce %q", a.Status, header.Nonce)
	}
}

// The three forms of the RSA key, and the Ed25519 one that is printed for
// programs, are the same keys.
func TestPublicKeysAgree(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := open(t, s, "Acme", nil)
	keys := published(t, v)
	var dotnet struct {
		XMLName  xml.Name `xml:"RSAKeyValue"`
		Modulus  string   `xml:"Modulus"`
		Exponent string   `xml:"Exponent"`
	}
	if err := xml.Unmarshal(s.Do(t, "GET", "/.well-known/chancery/"+v.VendorID+"/rsa.xml", nil).Body, &dotnet); err != nil {
		t.Fatal(err)
	}
	modulus, err := base64.StdEncoding.DecodeString(dotnet.Modulus)
	if err != nil || new(big.Int).SetBytes(modulus).Cmp(keys.rsa.N) != 0 || keys.rsa.N.BitLen() != 2048 {
		t.Errorf("the XML has another modulus: %v", err)
	}
	if exponent, err := base64.StdEncoding.DecodeString(dotnet.Exponent); err != nil || new(big.Int).SetBytes(exponent).Int64() != int64(keys.rsa.E) {
		t.Errorf("the XML has another exponent: %v", err)
	}
	kinds := make([]string, 0, len(keys.jose.Keys))
	for _, key := range keys.jose.Keys {
		raw, err := key.MarshalJSON()
		if err != nil || !key.Valid() || !key.IsPublic() {
			t.Errorf("%s: %v", raw, err)
		}
		var fields struct {
			Kty string `json:"kty"`
			Crv string `json:"crv"`
			X   string `json:"x"`
			N   string `json:"n"`
		}
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, fields.Kty+fields.Crv)
		switch fields.Kty + fields.Crv {
		case "OKPEd25519":
			if fields.X != v.Ed25519PublicKey && fields.X != v.DocumentsPublicKey {
				t.Errorf("another Ed25519 key: %s", raw)
			}
		case "RSA":
			if n, _ := base64.RawURLEncoding.DecodeString(fields.N); new(big.Int).SetBytes(n).Cmp(keys.rsa.N) != 0 {
				t.Errorf("another RSA key: %s", raw)
			}
		}
	}
	if slices.Sort(kinds); !slices.Equal(kinds, []string{"OKPEd25519", "OKPEd25519", "RSA"}) {
		t.Errorf("the JWK set has %v", kinds)
	}
}
