package signed_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"chancery/signed"
)

func FuzzDocument(f *testing.F) {
	k := setup(f)
	good, err := k.signer.SignDocument(signed.TypeLicense, []byte("p"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(compact(k.server, `{"alg":"EdDSA","kid":"\u0041","typ":"x","y":[{"z":-1.5e3},null]}`, "p"))
	f.Add([]byte("..."))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := k.trusted.VerifyDocument(data, signed.TypeLicense); err == nil && !bytes.Equal(bytes.TrimSpace(data), good) {
			t.Errorf("forged: %q as %+v", data, d)
		}
		_, _ = signed.ReadUnverified(data)
	})
}

// Whatever header is taken must be JSON to everybody, and say the same to
// encoding/json: a header read in two ways is how signatures get bypassed.
func FuzzHeader(f *testing.F) {
	k := setup(f)
	for _, header := range []string{
		`{"alg":"EdDSA","kid":"k","typ":"chancery-license"}`,
		`{"alg":"EdDSA","kid":"k","typ":"chancery-license","x":{"y":[1,-2.5e3,"z\n",null,true,false]}}`,
		`{"alg":"EdDSA","kid":"\u006b","typ":"\ud83d\ude00"}`,
		`{"alg":"EdDSA","alg":"none"}`,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		d, err := signed.ReadUnverified(compact(k.server, header, "p"))
		if err != nil {
			return
		}
		var theirs struct{ Alg, Kid, Typ string }
		var members map[string]json.RawMessage
		if json.Unmarshal([]byte(header), &members) != nil {
			t.Fatalf("took %q, which is no JSON", header)
		}
		for name, to := range map[string]*string{"alg": &theirs.Alg, "kid": &theirs.Kid, "typ": &theirs.Typ} {
			if json.Unmarshal(members[name], to) != nil {
				t.Fatalf("%q: no %s to others", header, name)
			}
		}
		if theirs.Alg != "EdDSA" || theirs.Kid != d.KeyID || theirs.Typ != d.Type {
			t.Errorf("%q read as %+v and as %+v", header, d, theirs)
		}
	})
}

func FuzzResponse(f *testing.F) {
	k := setup(f)
	good, err := k.signer.SignResponse(signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200, Next: public(k.next)}, []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("a..b")
	f.Fuzz(func(t *testing.T, signature string) {
		if _, err := k.trusted.VerifyResponse(signature, []byte("{}"), nonce(9), 200); err == nil && signature != good {
			t.Errorf("forged: %q", signature)
		}
	})
}

func FuzzCall(f *testing.F) {
	k := setup(f)
	call := signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9), IssuedAt: instant()}
	good, err := signed.SignCall(k.client, call, []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, signature string) {
		if _, err := signed.VerifyCall(public(k.client), signature, call, []byte("{}")); err == nil && signature != good {
			t.Errorf("forged: %q", signature)
		}
	})
}

func FuzzSealed(f *testing.F) {
	k := setup(f)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed.Armour())
	f.Add([]byte(sealed.Compact()))
	hybrid, err := signed.SealHybrid(k.hybrid.Public(), signed.SealActivation, vendorID, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(hybrid.Armour())
	f.Add([]byte(hybrid.Compact()))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := signed.ParseSealed(text)
		if err != nil {
			return
		}
		_, _ = s.Open(k.sealing)
		_, _ = s.OpenHybrid(k.hybrid)
		// White space at the end of lines is all that may differ from what is written.
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		for i, line := range lines {
			lines[i] = strings.TrimRight(line, " \t\r")
		}
		if read := strings.Join(lines, "\n"); read != strings.TrimSpace(string(s.Armour())) && read != s.Compact() {
			t.Errorf("%q was taken, which is written %q", text, s.Armour())
		}
		if again, err := signed.ParseSealed([]byte(s.Compact())); err != nil || !bytes.Equal(again.Ciphertext, s.Ciphertext) || again.VendorID != s.VendorID {
			t.Errorf("%q does not survive being written: %v", text, err)
		}
	})
}

func FuzzKeys(f *testing.F) {
	k := setup(f)
	set, err := json.Marshal(signed.JWKSet{Keys: []signed.JWK{signed.Ed25519JWK(k.signer.Public()), signed.X25519JWK(k.sealing.PublicKey()), signed.RSAJWK(&k.rsa.PublicKey)}})
	if err != nil {
		f.Fatal(err)
	}
	text, err := signed.RSAPublicKeyPEM(&k.rsa.PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(set)
	f.Add(text)
	f.Add(signed.RSAPublicKeyXML(&k.rsa.PublicKey))
	f.Add([]byte(signed.FormatKey(k.signer.Public())))
	f.Fuzz(func(t *testing.T, data []byte) {
		if set, err := signed.ParseJWKSet(data); err == nil {
			again, err := json.Marshal(set)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := signed.ParseJWKSet(again); err != nil {
				t.Errorf("%q does not survive being written: %v", data, err)
			}
		}
		if key, err := signed.ParseRSAPublicKeyPEM(data); err == nil {
			again, err := signed.RSAPublicKeyPEM(key)
			squeeze := func(b []byte) string { return strings.Join(strings.Fields(string(b)), "") }
			if err != nil || squeeze(again) != squeeze(data) {
				t.Errorf("%q was taken, which is written %q, %v", data, again, err)
			}
		}
		_, _ = signed.ParseRSAPublicKeyXML(data)
		if key, err := signed.ParseKey(string(data)); err == nil {
			if text := strings.TrimSpace(string(data)); text[0] != '{' && text != signed.FormatKey(key) {
				t.Errorf("%q was taken, which is written %q", data, signed.FormatKey(key))
			}
			if err := signed.CheckKey(key); err != nil {
				t.Errorf("%q was taken: %v", data, err)
			}
		}
	})
}

// A JWK that is taken says the same to encoding/json.
func FuzzJWK(f *testing.F) {
	k := setup(f)
	for _, j := range []signed.JWK{signed.Ed25519JWK(k.signer.Public()), signed.X25519JWK(k.sealing.PublicKey()), signed.HybridJWK(k.hybrid.Public()), signed.RSAJWK(&k.rsa.PublicKey)} {
		text, err := json.Marshal(j)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"kty":"OKP","crv":"Ed25519","X":"","x":"","x5c":["a"],"y":{"z":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		ours, err := signed.ParseJWK(data)
		if err != nil {
			return
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(data, &members) != nil {
			t.Fatalf("took %q, which is no JSON", data)
		}
		for name, want := range map[string]string{"kty": ours.KeyType, "crv": ours.Curve, "x": ours.X, "n": ours.N, "e": ours.E, "pub": ours.Public, "use": ours.Use, "kid": ours.KeyID} {
			var theirs string
			if raw, ok := members[name]; ok && json.Unmarshal(raw, &theirs) != nil {
				t.Fatalf("%q: %s is no text to others", data, name)
			}
			if theirs != want {
				t.Errorf("%q: %s read as %q and as %q", data, name, want, theirs)
			}
		}
	})
}

func FuzzNonce(f *testing.F) {
	f.Add(nonce(9))
	f.Add(signed.FormatNonce([]byte(`{"is_session_valid":true}`)))
	f.Add(signed.FormatNonce([]byte("{\"is_session_valid\":true,\"\xc3\xa9\":1}")))
	f.Fuzz(func(t *testing.T, text string) {
		n, err := signed.ParseNonce(text)
		if err != nil {
			return
		}
		if signed.FormatNonce(n) != text {
			t.Errorf("%q was taken, which is written %q", text, signed.FormatNonce(n))
		}
		if json.Valid(n) {
			t.Errorf("%q would be signed", n)
		}
	})
}

// What a request is bound by can't be told in two ways.
func FuzzRequestHash(f *testing.F) {
	f.Add("POST", "/isv/x", "a=b", "c..d", []byte("{}"), "POST", "/isv/x", "", "a=b\nc..d", []byte("{}"))
	f.Fuzz(func(t *testing.T, m1, p1, q1, s1 string, b1 []byte, m2, p2, q2, s2 string, b2 []byte) {
		if strings.Contains(m1+p1+q1+s1+m2+p2+q2+s2, "\n") {
			return // HTTP has none there
		}
		one := signed.Request{Method: m1, Path: p1, Query: q1, CallSignature: s1, Body: b1}
		two := signed.Request{Method: m2, Path: p2, Query: q2, CallSignature: s2, Body: b2}
		same := m1 == m2 && p1 == p2 && q1 == q2 && s1 == s2 && bytes.Equal(b1, b2)
		if (one.Hash() == two.Hash()) != same {
			t.Errorf("%+v and %+v", one, two)
		}
	})
}
