package client_test

import (
	"path/filepath"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
)

// bundle is one server and one client of it.
type bundle struct {
	server *clienttest.Server
	config client.Config
	client *client.Client
}

func setup(t *testing.T) *bundle {
	t.Helper()
	server := clienttest.New(t)
	b := &bundle{server: server, config: server.Config(t)}
	b.restart(t)
	return b
}

func activated(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	return b
}

// restart is the program being closed and started again.
func (b *bundle) restart(t *testing.T) {
	t.Helper()
	if b.client != nil {
		if err := b.client.Close(); err != nil {
			t.Fatal(err)
		}
	}
	c, err := client.New(b.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	b.client = c
}

func (b *bundle) file(name string) string {
	return filepath.Join(b.config.StateDir, clienttest.ProductID, name)
}

func wantState(t *testing.T, s client.Status, want client.State) {
	t.Helper()
	if s.State != want {
		t.Errorf("state %s (%s, %v), want %s", s.State, s.Message, s.Err, want)
	}
	if s.Valid() != (want == client.StateValid) || s.Message == "" {
		t.Errorf("state %s is not told as it should be: %+v", want, s)
	}
}
