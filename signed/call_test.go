package signed_test

import (
	"errors"
	"testing"
	"time"

	"chancery/signed"
)

const heartbeats = "/isv/" + vendorID + "/provisioning/heartbeats"

func TestCallIsBoundToItsRequest(t *testing.T) {
	t.Parallel()
	k := setup(t)
	call := signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9), IssuedAt: instant()}
	signature, err := signed.SignCall(k.client, call, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	at, err := signed.VerifyCall(public(k.client), signature, call, []byte("{}"))
	if err != nil || !at.IssuedAt.Equal(instant()) {
		t.Fatalf("%v, %v", at, err)
	}
	for name, c := range map[string]struct {
		method, path, nonce, body string
		want                      error
	}{
		"another method": {"PUT", heartbeats, nonce(9), "{}", signed.ErrMismatch},
		"another path":   {"POST", "/isv/" + vendorID + "/provisioning/unassign", nonce(9), "{}", signed.ErrMismatch},
		"another nonce":  {"POST", heartbeats, nonce(8), "{}", signed.ErrMismatch},
		"another body":   {"POST", heartbeats, nonce(9), "{} ", signed.ErrSignature},
	} {
		got := signed.Call{Method: c.method, Path: c.path, Nonce: c.nonce}
		if _, err := signed.VerifyCall(public(k.client), signature, got, []byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := signed.VerifyCall(public(k.next), signature, call, []byte("{}")); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("another client's key: %v", err)
	}
	if _, err := signed.VerifyCall(nil, signature, call, []byte("{}")); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("no key: %v", err)
	}
	noNonce := detached(k.client, `{"alg":"EdDSA","typ":"chancery-call","b64":false,"crit":["b64"],"iat":1,"htm":"POST","htu":"`+heartbeats+`"}`, "{}")
	if _, err := signed.VerifyCall(public(k.client), noNonce, signed.Call{Method: "POST", Path: heartbeats}, []byte("{}")); !errors.Is(err, signed.ErrMismatch) {
		t.Errorf("no nonce on either side: %v", err)
	}
}

func TestSignCallRefuses(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for name, call := range map[string]signed.Call{
		"no nonce":          {Method: "POST", Path: heartbeats, IssuedAt: instant()},
		"path with a quote": {Method: "POST", Path: `/"`, Nonce: nonce(1), IssuedAt: instant()},
		"no time":           {Method: "POST", Path: heartbeats, Nonce: nonce(1)},
	} {
		if _, err := signed.SignCall(k.client, call, nil); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCallPathSurvivesAProxyPrefix(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"/api/v2" + heartbeats:          heartbeats,
		"/licences/api/v2" + heartbeats: heartbeats,
		heartbeats:                      heartbeats,
		"/healthz":                      "/healthz",
	} {
		if got := signed.CallPath(given); got != want {
			t.Errorf("%s: %s", given, got)
		}
	}
}

func TestCallCounter(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for _, c := range []struct {
		counter int64
		good    bool
	}{{0, true}, {1, true}, {signed.MaxCounter, true}, {signed.MaxCounter + 1, false}, {-1, false}} {
		call := signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9), IssuedAt: instant(), Counter: c.counter}
		signature, err := signed.SignCall(k.client, call, nil)
		if (err == nil) != c.good {
			t.Errorf("%d: %v", c.counter, err)
		}
		if err != nil {
			continue
		}
		if got, err := signed.VerifyCall(public(k.client), signature, call, nil); err != nil || got.Counter != c.counter {
			t.Errorf("%d came as %d, %v", c.counter, got.Counter, err)
		}
	}
	for at, want := range map[time.Time]int64{
		instant():               instant().UnixMilli(),
		time.Unix(-5, 0):        1,
		time.Unix(1<<50, 0):     253_402_300_800_000,
		time.UnixMilli(1).UTC(): 1,
	} {
		if got := signed.StartCounter(at); got != want {
			t.Errorf("%v: %d, want %d", at, got, want)
		}
	}
}
