package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"chancery/signed"
)

// recorded is a call as it was on the wire.
type recorded struct {
	url     string
	header  http.Header
	body    []byte
	key     string // of the client that signed it
	counter int64
}

// relay sits between the SDKs and the server. It knows what everybody can know (the
// provisioning key, a license key of its own) and all that went through it. It
// chooses by its randomness what it does with each call.
type relay struct {
	t      *testing.T
	v      vendor
	own    license // the relay's, bought like everybody's
	random *rand.Rand
	honest bool // passes everything on

	sent    []recorded // taken once
	held    []recorded // never taken so far
	answers []*http.Response
	highest map[string]int64 // by key: the counter of its newest call that was taken
	tricks  map[string]int
}

var errLost = errors.New("lost on the way")

// from is the line of one client; key tells which key pair it has now.
func (y *relay) from(key func() string) http.RoundTripper { return line{y, key} }

type line struct {
	relay *relay
	key   func() string
}

// RoundTrip implements http.RoundTripper.
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	call := recorded{url: r.URL.String(), header: r.Header.Clone(), body: body, key: l.key(), counter: counterOf(r.Header)}
	return l.relay.treat(call)
}

func counterOf(h http.Header) int64 {
	head, _, _ := strings.Cut(h.Get(signed.CallSignatureHeader), "..")
	text, _ := base64.RawURLEncoding.DecodeString(head)
	var members struct {
		Counter int64 `json:"ctr"`
	}
	_ = json.Unmarshal(text, &members)
	return members.Counter
}

func (y *relay) treat(c recorded) (*http.Response, error) {
	trick := y.trick(c)
	if y.honest || trick == nil {
		return y.deliver(c), nil
	}
	return trick()
}

// trick chooses one; nil passes the call on.
func (y *relay) trick(c recorded) func() (*http.Response, error) {
	all := []struct {
		name string
		do   func() (*http.Response, error)
	}{
		{"lose the call, and keep it", func() (*http.Response, error) { y.held = append(y.held, c); return nil, errLost }},
		{"lose the answer", func() (*http.Response, error) { y.deliver(c); return nil, errLost }},
		{"deliver it twice", func() (*http.Response, error) { a := y.deliver(c); y.again(c); return a, nil }},
		{"deliver it twice, give the second answer", func() (*http.Response, error) { y.deliver(c); return y.again(c), nil }},
		{"give an older answer", func() (*http.Response, error) { y.deliver(c); return y.older(), nil }},
		{"give an older answer, and keep the call", func() (*http.Response, error) { y.held = append(y.held, c); return y.older(), nil }},
		{"ask something else", func() (*http.Response, error) { return y.swap(c), nil }},
		{"another's call with this nonce", func() (*http.Response, error) { return y.renonce(c), nil }},
		{"take the signature off", func() (*http.Response, error) { return y.with(c, signed.CallSignatureHeader, ""), nil }},
		{"ask for the first version", func() (*http.Response, error) {
			return y.with(c, signed.AcceptSignatureHeader, signed.AcceptEd25519), nil
		}},
		{"ask for RSA", func() (*http.Response, error) { return y.with(c, signed.AcceptSignatureHeader, ""), nil }},
		{"add a key that makes it repeatable", func() (*http.Response, error) { return y.with(c, "Idempotency-Key", "k"), nil }},
		{"say that it is compressed", func() (*http.Response, error) { return y.with(c, "Content-Encoding", "gzip"), nil }},
		{"another provisioning key", func() (*http.Response, error) { return y.with(c, "Provisioningkey", "chp_x"), nil }},
		{"a query", func() (*http.Response, error) { c.url += "?x=1"; return y.deliver(c), nil }},
		{"another body", func() (*http.Response, error) {
			c.body = bytes.Replace(c.body, []byte(`"value":2`), []byte(`"value":1`), 1)
			c.body = append(c.body, ' ')
			return y.deliver(c), nil
		}},
		{"turn the status round", func() (*http.Response, error) {
			a := y.deliver(c)
			a.StatusCode = 200 + 409 - a.StatusCode
			return a, nil
		}},
		{"an answer of its own", func() (*http.Response, error) {
			return response(200, nil, []byte(`"Success."`)), nil
		}},
	}
	n := y.random.IntN(3 * len(all))
	if n >= len(all) {
		return nil
	}
	y.tricks[all[n].name]++
	return all[n].do
}

// send sends a call as it is.
func (y *relay) send(c recorded) *http.Response {
	y.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.url, bytes.NewReader(c.body))
	if err != nil {
		y.t.Fatal(err)
	}
	r.Header = c.header.Clone()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		y.t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		y.t.Fatal(err)
	}
	return response(a.StatusCode, a.Header, body)
}

func response(status int, h http.Header, body []byte) *http.Response {
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader(body))}
}

// deliver sends a call for the first time.
func (y *relay) deliver(c recorded) *http.Response {
	y.t.Helper()
	a := y.send(c)
	if c.header.Get(signed.CallSignatureHeader) != "" {
		if a.StatusCode == http.StatusOK {
			y.sent = append(y.sent, c)
			y.highest[c.key] = max(y.highest[c.key], c.counter)
		} else { // turned away, perhaps before anybody knew whose key it is
			y.held = append(y.held, c)
		}
	}
	body, err := io.ReadAll(a.Body)
	if err != nil {
		y.t.Fatal(err)
	}
	a.Body = io.NopCloser(bytes.NewReader(body))
	kept := *a
	kept.Body = io.NopCloser(bytes.NewReader(body))
	y.answers = append(y.answers, &kept)
	return a
}

// again sends a call that was delivered before: nothing may come of it.
func (y *relay) again(c recorded) *http.Response {
	y.t.Helper()
	before := truth(y.t, y.v)
	a := y.send(c)
	if after := truth(y.t, y.v); after != before {
		answer, _ := io.ReadAll(a.Body)
		y.t.Fatalf("a recorded call with the counter %d (highest %d) was taken again: %s %s\n%d %s\nbefore\n%s\nafter\n%s",
			c.counter, y.highest[c.key], c.url, c.body, a.StatusCode, answer, before, after)
	}
	return a
}

// later delivers a call that was lost long ago. It is taken only if nothing newer
// of its key has been seen.
func (y *relay) later() {
	y.t.Helper()
	if len(y.held) == 0 {
		return
	}
	n := y.random.IntN(len(y.held))
	c := y.held[n]
	y.held = append(y.held[:n], y.held[n+1:]...)
	if c.counter <= y.highest[c.key] {
		_ = y.again(c).Body.Close()
		return
	}
	_ = y.deliver(c).Body.Close()
}

func (y *relay) older() *http.Response {
	if len(y.answers) == 0 {
		return response(200, nil, []byte("{}"))
	}
	a := *y.answers[y.random.IntN(len(y.answers))]
	body, _ := io.ReadAll(a.Body)
	y.answers = append(y.answers, &a)
	a.Body = io.NopCloser(bytes.NewReader(body))
	return response(a.StatusCode, a.Header, body)
}

func (y *relay) with(c recorded, name, value string) *http.Response {
	c.header = c.header.Clone()
	c.header.Set(name, value)
	if value == "" {
		c.header.Del(name)
	}
	return y.deliver(c)
}

// renonce sends a recorded call with the nonce of this one.
func (y *relay) renonce(c recorded) *http.Response {
	other := c
	if len(y.sent) > 0 {
		other = y.sent[y.random.IntN(len(y.sent))]
	}
	if other.url == c.url && bytes.Equal(other.body, c.body) {
		return y.deliver(c) // the two differ in nothing but what is put in
	}
	other.header = other.header.Clone()
	other.header.Set(signed.NonceHeader, c.header.Get(signed.NonceHeader))
	if y.random.IntN(2) == 0 {
		other.header.Set(signed.CallSignatureHeader, c.header.Get(signed.CallSignatureHeader))
	}
	return y.again(other)
}

// swap makes another call with the client's nonce and whatever the relay knows, and
// hands back its signed answer.
func (y *relay) swap(c recorded) *http.Response {
	body := func(fields terms) []byte {
		text, err := json.Marshal(fields)
		if err != nil {
			y.t.Fatal(err)
		}
		return text
	}
	activate := y.v.activation(y.own.Key, "relay")
	all := []struct {
		path string
		body []byte
	}{
		{"/provisioning/validate", body(terms{"license_key": y.own.Key})},
		{"/provisioning/licenses/by_license", body(terms{"product_id": y.v.product, "license_key": y.own.Key})},
		{"/provisioning/heartbeats", body(y.v.heartbeat("nobody"))},
		{"/provisioning/heartbeats", body(y.v.heartbeat("relay"))},
		{"/provisioning/activations", body(activate)},
		{"/provisioning/session/open", body(terms{"license_id": y.own.Key, "client_id": "relay"})},
		{"/provisioning/session/close", body(terms{"license_id": y.own.Key, "client_id": "relay"})},
		{"/provisioning/unassign", body(terms{"token_key": nobody})},
		{"/provisioning/" + "nothing", body(terms{})},
	}
	other := all[y.random.IntN(len(all))]
	c.header = c.header.Clone()
	if y.random.IntN(2) == 0 {
		c.header.Del(signed.CallSignatureHeader)
	}
	c.url, c.body = y.v.URL+"/api/v2/isv/"+y.v.VendorID+other.path, other.body
	return y.send(c)
}

// truth is what the server holds of the clients of the SDK.
func truth(t *testing.T, v vendor) string {
	t.Helper()
	all := make([]string, 0, 3)
	for _, text := range []string{
		`SELECT id, license_id, client_id, software_version, released_at, release_reason FROM activations WHERE client_id <> 'relay'`,
		`SELECT id, license_id, client_id, renewed_at, ended_at FROM sessions WHERE client_id <> 'relay'`,
		`SELECT id, kind, amount FROM consumptions`,
	} {
		rows, err := v.Program.Rooms().DB.Query(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, dump(t, rows))
	}
	return strings.Join(all, "\n--\n")
}

func number(t *testing.T, v vendor, text string, args ...any) (n int64) {
	t.Helper()
	rows, err := v.Program.Rooms().DB.Query(t.Context(), text, args...)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.TrimSpace(dump(t, rows))
	if got == "" || got == "<nil>" {
		return 0
	}
	if n, err = strconv.ParseInt(got, 10, 64); err != nil {
		t.Fatal(err)
	}
	return n
}
