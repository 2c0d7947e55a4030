package server_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"chancery/client"
	"chancery/internal/server/servertest"
)

// dropping is a connection on which every second answer gets lost: the server has
// done what it was asked, and the client never hears of it.
func dropping(t *testing.T, s *servertest.Server) (where string, dropped *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	dropped = new(atomic.Int64)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(*http.Response) error {
			if calls.Add(1)%2 == 1 {
				dropped.Add(1)
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	}
	between := httptest.NewServer(proxy)
	t.Cleanup(between.Close)
	return between.URL, dropped
}

// Every call of a client can be repeated after its answer was lost, and the SDK
// does so: one token is taken, and given back.
func TestLostAnswers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 3})
		l := v.issue(t, nil)
		where, dropped := dropping(t, s)
		key, err := base64.RawURLEncoding.DecodeString(v.Ed25519PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		program, err := client.New(client.Config{
			BaseURL: where, VendorID: v.VendorID, ProductID: v.product, ProvisioningKey: v.ProvisioningKey,
			PublicKeys: []ed25519.PublicKey{key}, StateDir: t.TempDir(), SoftwareVersion: "1.0", ClientID: "drill-1",
			Wait: func(context.Context, time.Duration) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = program.Close() }()
		used := func() any { return v.manage(t, 200, "GET", "/licenses/"+l.ID, nil).field(t, "activations_used") }

		status, err := program.Activate(t.Context(), l.Key)
		if err != nil || !status.Valid() || used() != 1.0 {
			t.Fatalf("activate: %v, %+v, %v used", err, status, used())
		}
		if status, err = program.Heartbeat(t.Context()); err != nil || !status.Valid() {
			t.Errorf("heartbeat: %v, %+v", err, status)
		}
		if err := program.Deactivate(t.Context()); err != nil || used() != 0.0 {
			t.Errorf("deactivate: %v, %v used", err, used())
		}
		// Of the activation, the heartbeat and the unassign; and of the heartbeat by which
		// Deactivate asks whether another place is left, since it was told that this one is free.
		if dropped.Load() != 4 {
			t.Errorf("%d answers were lost on the way, want 4", dropped.Load())
		}
		past := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations?past=true", nil).field(t, "items").([]any)
		if len(past) != 1 {
			t.Errorf("%d activations ever, want 1", len(past))
		}
	})
}

// The same for the back office, with an Idempotency-Key.
func TestLostAnswersOfTheOffice(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", nil)
		where, _ := dropping(t, s)
		issue := func(at string) (answer, error) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/api/v1/licenses", jsonOf(t, terms{
				"edition_id": v.edition, "customer_id": v.customer,
			}))
			if err != nil {
				t.Fatal(err)
			}
			request.GetBody = nil // the transport is not to repeat it by itself
			request.Header.Set("Authorization", "Bearer "+v.AdminKey)
			request.Header.Set("Idempotency-Key", "order-4711")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return answer{}, err
			}
			defer func() { _ = response.Body.Close() }()
			return read(t, response), nil
		}
		if _, err := issue(where); err == nil {
			t.Fatal("the first answer was to be lost")
		}
		again, err := issue(where)
		if err != nil || again.Status != 201 {
			t.Fatalf("%v, %d %s", err, again.Status, again.Body)
		}
		listed := v.manage(t, 200, "GET", "/licenses", nil).field(t, "items").([]any)
		if len(listed) != 1 || listed[0].(map[string]any)["id"] != again.text(t, "id") {
			t.Errorf("%d licences were issued", len(listed))
		}
	})
}

// A token that was given up goes to the next client. Whoever repeats the unassign
// because its answer was lost, and says who it is, leaves that one alone.
func TestRepeatedUnassignLeavesTheNextClientAlone(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 1})
		l := v.issue(t, nil)
		token := v.call(t, "/activations", v.activation(l.Key, "drill-1")).text(t, "token_key")
		leave := terms{"token_key": token, "client_id": "drill-1"}
		if a := v.call(t, "/unassign", leave); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if a := v.call(t, "/activations", v.activation(l.Key, "drill-2")); a.text(t, "token_key") != token {
			t.Fatalf("the next client got %d %s, not the token that became free", a.Status, a.Body)
		}
		v.call(t, "/unassign", leave).refused(t, 2004)
		if a := v.call(t, "/heartbeats", v.heartbeat("drill-2")); a.Status != 200 {
			t.Errorf("the next client lost its token: %d %s", a.Status, a.Body)
		}
	})
}
