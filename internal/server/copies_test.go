package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/recheck"
	"chancery/internal/server/servertest"
	"chancery/internal/store/pgtest"
	"chancery/internal/tx"
	"chancery/signed"
)

// What one copy changes, another sees within a second: a new key, a revoked one.
func TestTwoCopies(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ident.NewManualClock(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
			where := storage(t)
			where.Clock = clock
			one := servertest.Start(t, where)
			two := servertest.Start(t, where)
			v := one.Vendor(t, "Acme")
			count := func(s *servertest.Server) int {
				set, err := signed.ParseJWKSet(s.Do(t, "GET", "/.well-known/chancery/"+v.VendorID+"/jwks.json", nil).Body)
				if err != nil {
					t.Fatal(err)
				}
				return len(set.Keys)
			}
			clock.Advance(recheck.MaxAge)
			if a, b := count(one), count(two); a != 5 || b != 5 {
				t.Fatalf("%d and %d keys", a, b)
			}
			p, err := two.Program.Rooms().Authenticator.Authenticate(t.Context(), v.AdminKey)
			if err != nil {
				t.Fatal(err)
			}
			material, err := keyring.Generate(keyring.Ed25519)
			if err != nil {
				t.Fatal(err)
			}
			r := one.Program.Rooms()
			if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
				if _, err := r.Keyring.Create(x, p.Vendor, p.VendorUUID, material); err != nil {
					return err
				}
				_, err := r.APIKeys.Revoke(x, p, p.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			clock.Advance(recheck.MaxAge)
			if a, b := count(one), count(two); a != 6 || b != 6 {
				t.Errorf("%d and %d keys a second after a rotation", a, b)
			}
			if _, err := two.Program.Rooms().Authenticator.Authenticate(t.Context(), v.AdminKey); err == nil {
				t.Error("the other copy takes a key a second after it was revoked")
			}
		})
	}
}

// The database goes away and comes back: calls are turned away with a time to
// come back, /readyz says so, /healthz goes on, and nobody has to restart anything.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	storage := servertest.Postgres(t)
	s := servertest.Start(t, storage)
	v := s.Vendor(t, "Acme")
	where, err := url.Parse(storage.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(where.Path, "/")
	database := pgx.Identifier{name}.Sanitize()
	where.Path = "/postgres"
	admin, err := pgx.Connect(t.Context(), where.String())
	if err != nil {
		t.Fatalf("%s: %v", pgtest.Env, err)
	}
	defer func() { _ = admin.Close(t.Context()) }()
	do := func(statement string) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	keys := func() servertest.Answer { return s.Do(t, "GET", "/.well-known/chancery/"+v.VendorID+"/jwks.json", nil) }
	ready := func() servertest.Answer { return s.Do(t, "GET", "/readyz", nil) }
	if a, b := keys(), ready(); a.Status != 200 || b.Status != 200 {
		t.Fatalf("%d %s, %d %s", a.Status, a.Body, b.Status, b.Body)
	}

	do("ALTER DATABASE " + database + " WITH ALLOW_CONNECTIONS false")
	do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'")
	a := ready()
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(string(a.Body), "unreachable") {
		t.Errorf("readyz: %d %s", a.Status, a.Body)
	}
	if a := s.Do(t, "GET", "/healthz", nil); a.Status != 200 {
		t.Errorf("healthz: %d %s", a.Status, a.Body)
	}
	until(t, func() bool { // the change counter is trusted for a second
		a = keys()
		return a.Status != 200
	})
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || strings.Contains(string(a.Body), "postgres") {
		t.Errorf("a call: %d %v %s", a.Status, a.Header, a.Body)
	}

	do("ALTER DATABASE " + database + " WITH ALLOW_CONNECTIONS true")
	if a, b := ready(), keys(); a.Status != 200 || b.Status != 200 {
		t.Errorf("afterwards: %d %s, %d %s", a.Status, a.Body, b.Status, b.Body)
	}
}

// until tries for at most 20 seconds.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if holds() {
			return
		}
	}
	t.Error("it did not happen")
}
