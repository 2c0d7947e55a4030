package signed_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"chancery/signed"
)

func TestDocumentRoundTrip(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document, err := k.signer.SignDocument(signed.TypeLicense, []byte(`{"serial":3}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{document, []byte("\r\n " + string(document) + "\r\n")} {
		got, err := k.trusted.VerifyDocument(text, signed.TypeLicenseRefresh, signed.TypeLicense)
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Payload) != `{"serial":3}` || got.Type != signed.TypeLicense || got.KeyID != k.signer.KeyID() {
			t.Errorf("got %+v", got)
		}
	}
	unverified, err := signed.ReadUnverified(document)
	if err != nil || string(unverified.Payload) != `{"serial":3}` {
		t.Errorf("ReadUnverified: %+v, %v", unverified, err)
	}
}

func TestDocumentRefused(t *testing.T) {
	t.Parallel()
	k := setup(t)
	kid := k.signer.KeyID()
	good := string(compact(k.server, `{"alg":"EdDSA","kid":"`+kid+`","typ":"chancery-license"}`, "p"))
	if _, err := k.trusted.VerifyDocument([]byte(good), signed.TypeLicense); err != nil {
		t.Fatal("the document the cases start from:", err)
	}
	header := func(members string) string { return string(compact(k.server, members, "p")) }
	parts := strings.Split(good, ".")
	cases := []struct {
		name, document string
		want           error
	}{
		{"empty", "", signed.ErrMalformed},
		{"one part", parts[0], signed.ErrMalformed},
		{"two parts", parts[0] + "." + parts[1], signed.ErrMalformed},
		{"four parts", good + ".x", signed.ErrMalformed},
		{"other payload", parts[0] + "." + b64("q") + "." + parts[2], signed.ErrSignature},
		{"line break inside", parts[0] + "." + parts[1] + "\n." + parts[2], signed.ErrSignature},
		{"padded signature", good + "==", signed.ErrMalformed},
		{"no signature", parts[0] + "." + parts[1] + ".", signed.ErrMalformed},
		{"stray bits in the signature", good[:len(good)-1] + "B", signed.ErrMalformed},
		{"detached", parts[0] + ".." + parts[2], signed.ErrSignature},
		{"alg none", b64(`{"alg":"none","kid":"`+kid+`","typ":"chancery-license"}`) + "." + parts[1] + ".", signed.ErrMalformed},
		{"alg HS256", header(`{"alg":"HS256","kid":"` + kid + `","typ":"chancery-license"}`), signed.ErrMalformed},
		{"alg in lower case", header(`{"alg":"eddsa","kid":"` + kid + `","typ":"chancery-license"}`), signed.ErrMalformed},
		{"member in another case", header(`{"Alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license"}`), signed.ErrMalformed},
		{"alg twice", header(`{"alg":"EdDSA","alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license"}`), signed.ErrMalformed},
		{"alg twice, escaped", header(`{"alg":"EdDSA","\u0061lg":"none","kid":"` + kid + `","typ":"chancery-license"}`), signed.ErrMalformed},
		{"no alg", header(`{"kid":"` + kid + `","typ":"chancery-license"}`), signed.ErrMalformed},
		{"no kid", header(`{"alg":"EdDSA","typ":"chancery-license"}`), signed.ErrMalformed},
		{"no typ", header(`{"alg":"EdDSA","kid":"` + kid + `"}`), signed.ErrMalformed},
		{"another typ", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-receipt"}`), signed.ErrType},
		{"unknown key", string(compact(k.next, `{"alg":"EdDSA","kid":"nobody","typ":"chancery-license"}`, "p")), signed.ErrUnknownKey},
		{"another's signature under our kid", string(compact(k.next, `{"alg":"EdDSA","kid":"`+kid+`","typ":"chancery-license"}`, "p")), signed.ErrSignature},
		{"unknown crit", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license","crit":["exp"],"exp":1}`), signed.ErrMalformed},
		{"empty crit", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license","crit":[]}`), signed.ErrMalformed},
		{"b64 false", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license","b64":false,"crit":["b64"]}`), signed.ErrMalformed},
		{"b64 without crit", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license","b64":false}`), signed.ErrMalformed},
		{"header with a tail", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license"} {}`), signed.ErrMalformed},
		{"header with NUL", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license"}` + "\x00"), signed.ErrMalformed},
		{"header too deep", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license","x":[[[[[[]]]]]]}`), signed.ErrMalformed},
		{"header too large", header(`{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-license","x":"` + strings.Repeat("x", 4096) + `"}`), signed.ErrTooLarge},
		{"document too large", strings.Repeat("x", signed.MaxDocument+1), signed.ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := k.trusted.VerifyDocument([]byte(c.document), signed.TypeLicense); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestDocumentIgnoresUnknownMembers(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document := compact(k.server, ` { "typ" : "chancery-license" , "x":{"y":[1,-2.5e3,"z",null,true]}, "alg":"EdDSA","kid":"`+k.signer.KeyID()+`"}`, "p")
	if _, err := k.trusted.VerifyDocument(document, signed.TypeLicense); err != nil {
		t.Error(err)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document, err := k.signer.SignDocument(signed.TypeReceipt, []byte(`{"request":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range document {
		changed := bytes.Clone(document)
		changed[i] ^= 1
		if _, err := k.trusted.VerifyDocument(changed, signed.TypeReceipt); err == nil {
			t.Fatalf("accepted with byte %d changed", i)
		}
	}
}

func TestSignDocumentRefuses(t *testing.T) {
	t.Parallel()
	k := setup(t)
	if _, err := k.signer.SignDocument(`a"b`, nil); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("typ with a quote: %v", err)
	}
	if _, err := k.signer.SignDocument(signed.TypeLicense, make([]byte, signed.MaxDocument)); !errors.Is(err, signed.ErrTooLarge) {
		t.Errorf("large payload: %v", err)
	}
	if _, err := signed.NewSigner(k.server[:32]); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("half a key: %v", err)
	}
	if _, err := signed.NewKeySet(public(k.server)[:31]); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("short public key: %v", err)
	}
}
