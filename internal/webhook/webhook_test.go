package webhook

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/outbound"
	"chancery/internal/outbox"
)

// plain seals nothing.
type plain struct{}

func (plain) Seal(_ string, b []byte) ([]byte, error) { return b, nil }
func (plain) Open(_ string, b []byte) ([]byte, error) { return b, nil }

var now = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func parcel(target string) outbox.Parcel {
	id := func(last byte) ident.UUID { return ident.UUID{0x01, 0x89, 6: 0x70, 8: 0x80, 15: last} }
	return outbox.Parcel{
		Subscription: outbox.Subscription{UUID: id(1), Target: target, Secrets: outbox.Secrets{Sealed: []byte("a secret of thirty-two bytes ...")}},
		Item: outbox.Item{
			ID: 42, UUID: id(2), Stream: id(3), Event: "activation.goodwill", At: now.Add(-time.Minute), Attempts: 1,
			Payload: `{"license_id":"01890000-0000-7000-8000-000000000003","client_id":"drill-1"}`,
		},
	}
}

func carrier(t *testing.T, allow ...netip.Prefix) Carrier {
	t.Helper()
	c, err := New(Config{Client: outbound.New(outbound.Config{Allow: allow}), Sealer: plain{}, Clock: ident.NewManualClock(now)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// What leaves the building, as a file; and what is kept of it.
func TestDelivery(t *testing.T) {
	t.Parallel()
	var head http.Header
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head = r.Header
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Set-Cookie", "session=secret")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thank you \xff")
	}))
	defer server.Close()
	got := carrier(t, loopback).Carry(t.Context(), parcel(server.URL+"/hooks?token=secret"))
	if !got.Delivered || got.Attempt.Status != 202 || got.Attempt.Error != "" {
		t.Fatalf("%+v", got)
	}
	var b strings.Builder
	for _, name := range []string{"Content-Type", "User-Agent", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"} {
		b.WriteString(strings.ToLower(name) + ": " + head.Get(name) + "\n")
	}
	b.WriteString("\n" + string(body) + "\n\n--- kept\n" + strings.ReplaceAll(got.Attempt.Request, server.URL, "https://hooks.example.com"))
	golden(t, "delivery.txt", b.String())
	if kept := got.Attempt.Request + got.Attempt.Response; strings.Contains(kept, "secret") || strings.Contains(kept, head.Get("Webhook-Signature")) {
		t.Errorf("a secret is kept: %s", kept)
	}
	if !strings.Contains(got.Attempt.Response, "thank you \uFFFD") {
		t.Errorf("%q", got.Attempt.Response)
	}
}

// The vector of the specification's reference libraries.
func TestSignIsStandardWebhooks(t *testing.T) {
	t.Parallel()
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	got := Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`), secret, []byte("x"))
	if one, other, both := strings.Cut(got, " "); one != want || !both || !strings.HasPrefix(other, "v1,") {
		t.Errorf("%s", got)
	}
}

func TestWhatIsNoDelivery(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	defer close(hang)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			<-hang
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
		case "/away":
			http.Redirect(w, r, "/", http.StatusFound)
		default:
			status, _ := strconv.Atoi(r.URL.Path[1:])
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(status)
		}
	}))
	defer server.CloseClientConnections()
	c := carrier(t, loopback)
	for path, want := range map[string]string{
		"/500": "The receiver answered 500.", "/404": "The receiver answered 404.", "/away": "The receiver answered 302; redirects are not followed.",
		"/hang": "No answer within the time allowed.",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		got := c.Carry(ctx, parcel(server.URL+path))
		cancel()
		if got.Delivered || got.Attempt.Error != want {
			t.Errorf("%s: %+v", path, got)
		}
		if path == "/500" && got.RetryAfter != 2*time.Minute {
			t.Errorf("Retry-After: %v", got.RetryAfter)
		}
	}
	if got := c.Carry(t.Context(), parcel(server.URL+"/long")); !got.Delivered || len(got.Attempt.Response) > keep+10 {
		t.Errorf("a long answer: %t, %d bytes kept", got.Delivered, len(got.Attempt.Response))
	}
	if got := carrier(t).Carry(t.Context(), parcel(server.URL+"/200")); got.Delivered || !strings.Contains(got.Attempt.Error, "--allow-outbound") {
		t.Errorf("the inside was reached: %+v", got)
	}
	without := parcel(server.URL + "/200")
	without.Subscription.Secrets = outbox.Secrets{}
	if got := c.Carry(t.Context(), without); got.Delivered || got.Attempt.Error != "This webhook has no secret to sign with." {
		t.Errorf("unsigned: %+v", got)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what is sent (UPDATE_GOLDEN=1 writes it anew): %v\n%s", file, err, got)
	}
}
