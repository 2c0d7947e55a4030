package server_test

import (
	"strings"
	"testing"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// Who calls too often is told when to come back, signed like every answer and
// without a signature over his nonce, which would cost more than the call. Health
// answers meanwhile, another vendor's programs go on, and the operator sees it.
func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) {
		c.Limits, c.MetricsListen = server.Limits{InFlight: 4, Waiting: 4, RateKey: 1, RateAddress: 1000}, "127.0.0.1:0"
	})
	acme, bolt := open(t, s, "Acme", nil), open(t, s, "Bolt", nil)
	l := acme.issue(t, nil)
	const nonce = "AAECAwQFBgcICQoLDA0ODw=="
	call := func(v vendor, key string) servertest.Answer {
		t.Helper()
		return v.Do(t, "POST", "/api/v2/isv/"+v.VendorID+"/provisioning/validate", terms{"license_key": l.Key}, "ProvisioningKey", key, "X-Nonce", nonce)
	}
	var throttled servertest.Answer
	for i := range 40 {
		if throttled = call(acme, acme.ProvisioningKey); throttled.Status != 200 {
			if i < 20 {
				t.Fatalf("call %d: %d %s", i, throttled.Status, throttled.Body)
			}
			break
		}
	}
	var p struct{ Code, Detail, Help string }
	throttled.JSON(t, &p)
	if throttled.Status != 429 || p.Code != "too_many_calls" || !sentence(p.Detail) || !sentence(p.Help) || throttled.Header.Get("Retry-After") == "" {
		t.Errorf("called too often: %d %v %s", throttled.Status, throttled.Header, throttled.Body)
	}
	if throttled.Header.Get("X-Slascone-Signature") == "" || throttled.Header.Get("X-Nonce-Signature") != "" {
		t.Errorf("signed as %v", throttled.Header)
	}
	if got := call(bolt, bolt.ProvisioningKey); got.Status != 409 {
		t.Errorf("another vendor's program: %d %s", got.Status, got.Body)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := s.Do(t, "GET", path, nil); got.Status != 200 {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	operator := servertest.Server{URL: s.Program.MetricsURL()}
	figures := operator.Do(t, "GET", "", nil).Body
	for _, want := range []string{`chancery_requests_turned_away_total{reason="key_rate"} 1`, "chancery_requests_in_flight 0"} {
		if !strings.Contains(string(figures), want+"\n") {
			t.Errorf("%s is missing in the figures", want)
		}
	}
}
