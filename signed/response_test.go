package signed_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/signed"
)

func TestResponseRoundTrip(t *testing.T) {
	t.Parallel()
	k := setup(t)
	body := []byte(`{"id":2006,"message":"unknown client"}`)
	want := signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 409, Next: public(k.next)}
	signature, err := k.signer.SignResponse(want, body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.trusted.VerifyResponse(signature, body, nonce(9), 409)
	if err != nil {
		t.Fatal(err)
	}
	if !got.IssuedAt.Equal(want.IssuedAt) || got.Nonce != want.Nonce || got.Status != 409 ||
		!got.Next.Equal(want.Next) || got.KeyID != k.signer.KeyID() {
		t.Errorf("got %+v", got)
	}
	if _, err := k.trusted.VerifyStoredResponse(signature, body); err != nil {
		t.Errorf("stored: %v", err)
	}
}

func TestResponseRefused(t *testing.T) {
	t.Parallel()
	k := setup(t)
	kid := k.signer.KeyID()
	const body = `{"is_license_valid":true}`
	good, err := k.signer.SignResponse(signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	with := func(members string) string { return detached(k.server, members, body) }
	start := `{"alg":"EdDSA","kid":"` + kid + `","typ":"chancery-response"`
	rest := `,"iat":1772366400,"nonce":"` + nonce(9) + `","status":200}`
	if _, err := k.trusted.VerifyResponse(with(start+`,"b64":false,"crit":["b64"]`+rest), []byte(body), nonce(9), 200); err != nil {
		t.Fatal("the header the cases start from:", err)
	}
	cases := []struct {
		name, signature, body, nonce string
		status                       int
		want                         error
	}{
		{"no signature", "", body, nonce(9), 200, signed.ErrMalformed},
		{"another body", good, body + " ", nonce(9), 200, signed.ErrSignature},
		{"another nonce: an answer played back", good, body, nonce(8), 200, signed.ErrMismatch},
		{"no nonce asked", good, body, "", 200, signed.ErrMismatch},
		{"another status: a refusal turned round", good, body, nonce(9), 409, signed.ErrMismatch},
		{"answer without nonce", with(start + `,"b64":false,"crit":["b64"],"iat":1,"status":200}`), body, nonce(9), 200, signed.ErrMismatch},
		{"answer without nonce, none asked", with(start + `,"b64":false,"crit":["b64"],"iat":1,"status":200}`), body, "", 200, signed.ErrMismatch},
		{"answer without status", with(start + `,"b64":false,"crit":["b64"],"iat":1,"nonce":"` + nonce(9) + `"}`), body, nonce(9), 200, signed.ErrMalformed},
		{"answer without iat", with(start + `,"b64":false,"crit":["b64"],"status":200,"nonce":"` + nonce(9) + `"}`), body, nonce(9), 200, signed.ErrMalformed},
		{"iat as a text", with(start + `,"b64":false,"crit":["b64"],"iat":"1","status":200}`), body, nonce(9), 200, signed.ErrMalformed},
		{"body encoded", with(start + rest), body, nonce(9), 200, signed.ErrMalformed},
		{"b64 true", with(start + `,"b64":true,"crit":["b64"]` + rest), body, nonce(9), 200, signed.ErrMalformed},
		{"b64 without crit", with(start + `,"b64":false` + rest), body, nonce(9), 200, signed.ErrMalformed},
		{"crit without b64", with(start + `,"crit":["b64"]` + rest), body, nonce(9), 200, signed.ErrMalformed},
		{"crit names more", with(start + `,"b64":false,"crit":["b64","exp"]` + rest), body, nonce(9), 200, signed.ErrMalformed},
		{"next under another id", with(start + `,"b64":false,"crit":["b64"],"next":{"kid":"` + kid + `","x":"` + signed.FormatKey(public(k.next)) + `"}` + rest), body, nonce(9), 200, signed.ErrMalformed},
		{"a call, not an answer", with(strings.Replace(start, "response", "call", 1) + `,"b64":false,"crit":["b64"]` + rest), body, nonce(9), 200, signed.ErrType},
		{"signed by the client", detached(k.client, start+`,"b64":false,"crit":["b64"]`+rest, body), body, nonce(9), 200, signed.ErrSignature},
		{"too large", strings.Repeat("x", 8192), body, nonce(9), 200, signed.ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := k.trusted.VerifyResponse(c.signature, []byte(c.body), c.nonce, c.status); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestSignResponseRefuses(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for name, r := range map[string]signed.Response{
		"nonce that is no base64": {IssuedAt: instant(), Status: 200, Nonce: `"}`},
		"long nonce":              {IssuedAt: instant(), Status: 200, Nonce: strings.Repeat("A", 45)},
		"no status":               {IssuedAt: instant()},
		"before 1970":             {IssuedAt: time.Unix(-1, 0), Status: 200},
		"half a next key":         {IssuedAt: instant(), Status: 200, Next: public(k.next)[:16]},
	} {
		if _, err := k.signer.SignResponse(r, nil); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseNonce(t *testing.T) {
	t.Parallel()
	for length := range 40 {
		got, err := signed.ParseNonce(signed.FormatNonce(make([]byte, length)))
		if ok := length >= 16 && length <= 32; ok != (err == nil) || ok && len(got) != length {
			t.Errorf("%d bytes: %d bytes, %v", length, len(got), err)
		}
	}
	for _, text := range []string{"AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAA\nAAAAAAAAAAA==", "%%%%%%%%%%%%%%%%%%%%%%=="} {
		if _, err := signed.ParseNonce(text); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The attack: a relay makes another call with the client's nonce, and hands back
// its signed answer.
func TestAnswerToAnotherRequest(t *testing.T) {
	t.Parallel()
	k := setup(t)
	asked := signed.Request{Method: "POST", Path: heartbeats, Query: "a=b", CallSignature: "c..d", Body: []byte("{}")}
	const body = `{"is_license_valid":true}`
	said := signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200, Asked: asked.Hash()}
	good, err := k.signer.SignResponse(said, []byte(body))
	must(t, err)
	got, err := k.trusted.VerifyAnswer(good, []byte(body), nonce(9), 200, asked.Hash())
	if err != nil || got.Asked != asked.Hash() {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, change := range map[string]func(r *signed.Request){
		"method":         func(r *signed.Request) { r.Method = "GET" },
		"path":           func(r *signed.Request) { r.Path += "/x" },
		"query":          func(r *signed.Request) { r.Query = "" },
		"call signature": func(r *signed.Request) { r.CallSignature = "" },
		"body":           func(r *signed.Request) { r.Body = []byte("{} ") },
		"shifted":        func(r *signed.Request) { r.Query, r.CallSignature = "a", "bc..d" },
	} {
		other := asked
		change(&other)
		if _, err := k.trusted.VerifyAnswer(good, []byte(body), nonce(9), 200, other.Hash()); !errors.Is(err, signed.ErrMismatch) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	said.Asked = ""
	unbound, err := k.signer.SignResponse(said, []byte(body))
	must(t, err)
	for _, hash := range []string{"", asked.Hash()} {
		if _, err := k.trusted.VerifyAnswer(unbound, []byte(body), nonce(9), 200, hash); !errors.Is(err, signed.ErrMismatch) {
			t.Errorf("an answer to no request, for %q: %v", hash, err)
		}
	}
	said.Asked = `"`
	if _, err := k.signer.SignResponse(said, nil); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("a req that is none: %v", err)
	}
}
