package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// crowd is how many call at once.
const crowd = 1000

// sites gives, by name, servers over one database: one on the embedded engine,
// and two on PostgreSQL.
func sites(t *testing.T, test func(t *testing.T, servers []*servertest.Server)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, []*servertest.Server{servertest.Start(t, servertest.SQLite(t))})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		storage := servertest.Postgres(t)
		test(t, []*servertest.Server{servertest.Start(t, storage), servertest.Start(t, storage)})
	})
}

// reply is what one of a crowd was answered.
type reply struct {
	status   int
	ID       int    `json:"id"`
	TokenKey string `json:"token_key"`
	Goodwill bool   `json:"is_goodwill"`
	err      error
}

// together sends n activations at once, spread over the servers, each repeated
// while it is turned away for the moment, as the protocol asks of clients.
func together(t *testing.T, v vendor, servers []*servertest.Server, n int, body func(i int) any) []reply {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 250, MaxIdleConnsPerHost: 250}}
	defer client.CloseIdleConnections()
	replies, start, all := make([]reply, n), make(chan struct{}), sync.WaitGroup{}
	for i := range n {
		data, err := json.Marshal(body(i))
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			<-start
			for range 20 {
				if replies[i] = send(t, client, servers[i%len(servers)].URL+v.clients()+"/activations", v.ProvisioningKey, data); replies[i].status < 429 {
					return
				}
			}
		})
	}
	close(start)
	all.Wait()
	return replies
}

func send(t *testing.T, client *http.Client, url, key string, body []byte) (r reply) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	request.Header.Set("Provisioningkey", key)
	request.Header.Set("Chancery-Accept-Signature", "ed25519") // cheaper than RSA: the crowd is to meet at the licence
	response, err := client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode == http.StatusOK || response.StatusCode == http.StatusConflict) {
		err = json.Unmarshal(data, &r)
	}
	r.status, r.err = response.StatusCode, err
	return r
}

// The limit is exact: contract, buffer and goodwill, whoever comes and through
// whichever server.
func TestLimitIsExactInACrowd(t *testing.T) {
	sites(t, func(t *testing.T, servers []*servertest.Server) {
		v := open(t, servers[0], "Acme", terms{"token_limit": 20, "activation_buffer": 5, "goodwill_token_limit": 3})
		l := v.issue(t, nil)
		replies := together(t, v, servers, crowd, func(i int) any { return v.activation(l.Key, fmt.Sprintf("drill-%d", i)) })
		granted, goodwill, tokens := 0, 0, map[string]bool{}
		for i, r := range replies {
			switch {
			case r.err != nil:
				t.Fatalf("client %d: %v", i, r.err)
			case r.status == 200:
				granted++
				tokens[r.TokenKey] = true
				if r.Goodwill {
					goodwill++
				}
			case r.status != 409 || r.ID != 2000:
				t.Errorf("client %d: %d, refusal %d", i, r.status, r.ID)
			}
		}
		if granted != 28 || goodwill != 3 || len(tokens) != 28 {
			t.Errorf("%d activations, %d of them goodwill, with %d tokens; want 28, 3, 28", granted, goodwill, len(tokens))
		}
		got := v.manage(t, 200, "GET", "/licenses/"+l.ID, nil)
		if used, above := got.field(t, "activations_used"), got.field(t, "goodwill_used"); used != 28.0 || above != 3.0 || got.field(t, "used_up_at") == nil {
			t.Errorf("the licence says %v used, %v of them goodwill: %s", used, above, got.Body)
		}
		listed := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations?limit=500", nil).field(t, "items").([]any)
		if len(listed) != 28 {
			t.Errorf("%d activations are listed", len(listed))
		}
	})
}

// One client that calls many times at once, through all servers, has one token.
func TestOneClientInACrowdHoldsOneToken(t *testing.T) {
	sites(t, func(t *testing.T, servers []*servertest.Server) {
		v := open(t, servers[0], "Acme", terms{"token_limit": 20})
		l := v.issue(t, nil)
		tokens := map[string]bool{}
		for i, r := range together(t, v, servers, 100, func(int) any { return v.activation(l.Key, "drill-1") }) {
			if r.err != nil || r.status != 200 {
				t.Errorf("call %d: %+v", i, r)
			}
			tokens[r.TokenKey] = true
		}
		used := v.manage(t, 200, "GET", "/licenses/"+l.ID, nil).field(t, "activations_used")
		past := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations?past=true", nil).field(t, "items").([]any)
		if len(tokens) != 1 || used != 1.0 || len(past) != 1 {
			t.Errorf("%d tokens, %v used, %d activations ever; want one of each", len(tokens), used, len(past))
		}
	})
}

// A client that moves between two licences of its customer, many times at once,
// holds one of them at the end, and neither counts wrongly.
func TestOneClientBetweenTwoLicenses(t *testing.T) {
	sites(t, func(t *testing.T, servers []*servertest.Server) {
		v := open(t, servers[0], "Acme", terms{"token_limit": 2})
		keys := []license{v.issue(t, nil), v.issue(t, nil)}
		for i, r := range together(t, v, servers, 100, func(i int) any { return v.activation(keys[i/2%2].Key, "drill-1") }) {
			if r.err != nil || r.status != 200 {
				t.Errorf("call %d: %+v", i, r)
			}
		}
		sum := 0.0
		for _, l := range keys {
			used, _ := v.manage(t, 200, "GET", "/licenses/"+l.ID, nil).field(t, "activations_used").(float64)
			listed := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).field(t, "items").([]any)
			if sum += used; int(used) != len(listed) {
				t.Errorf("%v used, %d listed", used, len(listed))
			}
		}
		if sum != 1 {
			t.Errorf("the client holds %v tokens", sum)
		}
	})
}

// A token key is good for exactly one client, however many try it at once.
func TestTokenKeyIsGoodForOne(t *testing.T) {
	sites(t, func(t *testing.T, servers []*servertest.Server) {
		v := open(t, servers[0], "Acme", terms{"token_limit": 20})
		l := v.issue(t, nil)
		granted := 0
		for i, r := range together(t, v, servers, 100, func(i int) any { return v.activation(l.TokenKeys[7], fmt.Sprintf("drill-%d", i)) }) {
			switch {
			case r.err == nil && r.status == 200 && r.TokenKey == l.TokenKeys[7]:
				granted++
			case r.err != nil || r.ID != 2001:
				t.Errorf("client %d: %+v", i, r)
			}
		}
		if granted != 1 {
			t.Errorf("%d clients have the token", granted)
		}
	})
}

// What is changed through one server is what the other one answers: an edition at
// once, a revoked key within about a second.
func TestChangesReachTheOtherServer(t *testing.T) {
	t.Parallel()
	storage := servertest.Postgres(t)
	one, other := servertest.Start(t, storage), servertest.Start(t, storage)
	v := open(t, one, "Acme", terms{"token_limit": 1, "freeride_days": 7})
	l := v.issue(t, nil)
	there := v.at(other)
	if a := there.call(t, "/activations", v.activation(l.Key, "drill-1")); a.Status != 200 || a.field(t, "freeride") != 7.0 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	serial := 0.0
	for days := range 5 {
		v.manage(t, 200, "PATCH", "/editions/"+v.edition, terms{"freeride_days": 20 + days, "features": []terms{{"name": fmt.Sprintf("f%d", days)}}})
		a := there.call(t, "/heartbeats", v.heartbeat("drill-1"))
		if a.field(t, "freeride") != float64(20+days) || a.field(t, "features").([]any)[0].(map[string]any)["name"] != fmt.Sprintf("f%d", days) {
			t.Fatalf("change %d is not seen at the other server: %s", days, a.Body)
		}
		if now := a.field(t, "serial").(float64); now <= serial {
			t.Errorf("the serial went from %v to %v", serial, now)
		} else {
			serial = now
		}
	}
	there.call(t, "/activations", v.activation(l.Key, "drill-2")).refused(t, 2000)
	v.manage(t, 200, "PATCH", "/editions/"+v.edition, terms{"token_limit": 2})
	if a := there.call(t, "/activations", v.activation(l.Key, "drill-2")); a.Status != 200 {
		t.Errorf("a raised limit is not seen: %s", a.Body)
	}

	key := v.manage(t, 201, "POST", "/api-keys", terms{"kind": "provisioning", "name": "App"})
	program := there
	program.ProvisioningKey = key.text(t, "secret")
	if a := program.call(t, "/heartbeats", v.heartbeat("drill-1")); a.Status != 200 {
		t.Fatalf("a new key: %d %s", a.Status, a.Body)
	}
	v.manage(t, 204, "DELETE", "/api-keys/"+key.text(t, "id"), nil)
	revoked := time.Now()
	for program.call(t, "/heartbeats", v.heartbeat("drill-1")).Status != 403 {
		if time.Since(revoked) > 3*time.Second {
			t.Fatal("the other server still takes a key three seconds after it was revoked")
		}
	}
}
