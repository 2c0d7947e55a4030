package signed_test

import (
	"bytes"
	"encoding/json"
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
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := signed.ParseSealed(text)
		if err != nil {
			return
		}
		_, _ = s.Open(k.sealing)
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
		_, _ = signed.ParseRSAPublicKeyPEM(data)
		_, _ = signed.ParseRSAPublicKeyXML(data)
		_, _ = signed.ParseKey(string(data))
		_, _ = signed.ParseNonce(string(data))
	})
}
