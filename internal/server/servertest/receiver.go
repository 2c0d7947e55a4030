package servertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"chancery/internal/server"
)

// Received is a delivery as it came.
type Received struct {
	Head http.Header
	Body []byte
}

// Receiver takes deliveries and answers with what status gives.
func Receiver(t *testing.T, status func(r *http.Request) int) (url string, got chan Received) {
	t.Helper()
	got = make(chan Received, 1000)
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		n := status(r)
		w.WriteHeader(n)
		got <- Received{r.Header, b}
	}))
	t.Cleanup(func() {
		at.CloseClientConnections()
		at.Close()
	})
	return at.URL, got
}

// AllowLoopback lets deliveries go to this machine.
func AllowLoopback(c *server.Config) {
	c.AllowOutbound = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// SignedWith verifies as docs/events.md tells receivers to.
func SignedWith(secret string, r Received) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.Head.Get("Webhook-Id") + "." + r.Head.Get("Webhook-Timestamp") + "."))
	mac.Write(r.Body)
	for one := range strings.SplitSeq(r.Head.Get("Webhook-Signature"), " ") {
		got, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "v1,"))
		if err == nil && hmac.Equal(got, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// Await gives the next delivery.
func Await(t *testing.T, got chan Received) Received {
	t.Helper()
	select {
	case r := <-got:
		return r
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was delivered")
		return Received{}
	}
}
