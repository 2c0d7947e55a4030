package client_test

import (
	"errors"
	"sync"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
)

func TestManyGoroutinesOneClient(t *testing.T) {
	t.Parallel()
	b := activated(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := b.client.Heartbeat(t.Context()); err != nil {
				t.Error(err)
			}
			if !b.client.Status().Valid() {
				t.Error("not valid in between")
			}
			b.client.Feature("any")
		})
	}
	all.Wait()
}

// Two processes that start at once over one folder become one client with one key.
func TestTwoProcessesActivateAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.Identity = client.PerInstall
	var all sync.WaitGroup
	ids := make(chan string, 4)
	for range cap(ids) {
		all.Go(func() {
			c, err := client.New(b.config)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			ids <- c.ClientID()
			if _, err := c.Activate(t.Context(), clienttest.LicenseKey); err != nil {
				t.Error(err)
			}
			if _, err := c.Heartbeat(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(ids)
	first := <-ids
	for id := range ids {
		if id != first {
			t.Errorf("two clients, %s and %s", first, id)
		}
	}
	b.restart(t)
	wantState(t, b.client.Status(), client.StateValid)
}

func TestActivateUserNeedsOneProof(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, user := range []client.User{{}, {Email: "a@example.com"}, {Email: "a@example.com", Password: "p", Code: "c"}} {
		if _, err := b.client.ActivateUser(t.Context(), user); err == nil {
			t.Errorf("%+v accepted", user)
		}
	}
	_, err := b.client.ActivateUser(t.Context(), client.User{Email: "a@example.com", Code: "c"})
	if refused := new(client.RefusalError); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	if len(b.server.Requests()) != 1 {
		t.Errorf("%d calls", len(b.server.Requests()))
	}
}
