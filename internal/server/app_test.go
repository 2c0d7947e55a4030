package server_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/signed"
)

func TestServer(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		if a := s.Do(t, "GET", "/healthz", nil); a.Status != 200 {
			t.Errorf("healthz: %d %s", a.Status, a.Body)
		}
		a := s.Do(t, "GET", "/readyz", nil)
		var ready map[string]string
		a.JSON(t, &ready)
		if a.Status != 200 || ready["status"] != "ready" || ready["database"] != "ok" || ready["schema"] != "ok" || ready["clock"] != "ok" {
			t.Errorf("readyz: %d %v", a.Status, ready)
		}

		v := s.Vendor(t, "Acme")
		base := "/.well-known/chancery/" + v.VendorID
		set, err := signed.ParseJWKSet(s.Do(t, "GET", base+"/jwks.json", nil).Body)
		if err != nil || len(set.Keys) != 5 {
			t.Fatalf("jwks: %+v, %v", set, err)
		}
		key, err := base64.RawURLEncoding.DecodeString(v.Ed25519PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := set.KeySet(); err != nil || !keys.Has(signed.KeyID(ed25519.PublicKey(key))) {
			t.Errorf("the JWK set lacks the key that was printed: %v", err)
		}
		if a := s.Do(t, "GET", base+"/rsa.pem", nil); string(a.Body) != v.RSAPublicKeyPEM {
			t.Errorf("rsa.pem: %d %s", a.Status, a.Body)
		}
		if _, err := signed.ParseRSAPublicKeyXML(s.Do(t, "GET", base+"/rsa.xml", nil).Body); err != nil {
			t.Errorf("rsa.xml: %v", err)
		}
		for _, path := range []string{"/.well-known/chancery/01890000-0000-7000-8000-000000000000/jwks.json", "/.well-known/chancery/x/jwks.json", "/nothing"} {
			if a := s.Do(t, "GET", path, nil); a.Status != 404 {
				t.Errorf("%s: %d", path, a.Status)
			}
		}

		// The keys that were printed are the ones that work, also after a restart.
		s.Restart(t)
		for secret, want := range map[string]string{v.ProvisioningKey: "provisioning", v.AdminKey: "admin"} {
			p, err := s.Program.Rooms().Authenticator.Authenticate(t.Context(), secret)
			if err != nil || string(p.KeyKind) != want || p.VendorUUID.String() != v.VendorID {
				t.Errorf("%s key: %+v, %v", want, p, err)
			}
		}
		if log := s.Log.String(); strings.Contains(log, v.AdminKey) || strings.Contains(log, v.OwnerPassword) {
			t.Error("the log holds a secret")
		}
	})
}

// A route that anybody may call says why.
func TestEveryRouteNamesAPermission(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	for _, r := range s.Program.Routes() {
		if (r.Permission == "") == (r.Public == "") {
			t.Errorf("%s %s: permission %q, public %q", r.Method, r.Path, r.Permission, r.Public)
		}
	}
}

// Calls that were accepted are finished, /readyz says what is going on, and
// stopping twice is as good as once.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.Drain = 2 * time.Second })
	s.Do(t, "GET", "/readyz", nil) // a connection that is kept
	stopped := make(chan struct{})
	go func() { s.Stop(t); close(stopped) }()
	for {
		a := s.Do(t, "GET", "/readyz", nil)
		if a.Status == http.StatusServiceUnavailable {
			if a.Header.Get("Retry-After") == "" || !strings.Contains(string(a.Body), "stopping") {
				t.Errorf("while stopping: %v %s", a.Header, a.Body)
			}
			break
		}
	}
	<-stopped
	s.Stop(t)
	if c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")); err == nil { //nolint:noctx // it must fail at once
		_ = c.Close()
		t.Error("a stopped server takes connections")
	}
	if err := s.Program.Rooms().DB.Ping(context.Background()); err == nil {
		t.Error("the database is still open")
	}
}

// The wrong master key must show at the start, and a lost one must not be replaced.
func TestMasterKey(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := storage(t)
			s := servertest.Start(t, where)
			s.Vendor(t, "Acme")
			s.Stop(t)
			for name, key := range map[string]string{"another": servertest.MasterKey(t), "rubbish": "rubbish"} {
				other := where
				other.MasterKey = key
				if a, err := server.New(t.Context(), server.Config{Storage: other, Listen: "127.0.0.1:0"}); err == nil {
					t.Errorf("started with %s master key", name)
					_ = a.Stop(context.Background())
				} else if strings.Contains(err.Error(), key) {
					t.Errorf("the error echoes the key: %v", err)
				}
			}
			lost := where
			lost.MasterKey, lost.MasterKeyFile = "", t.TempDir()+"/lost.key"
			if a, err := server.New(t.Context(), server.Config{Storage: lost, Listen: "127.0.0.1:0"}); err == nil {
				t.Error("started without the master key")
				_ = a.Stop(context.Background())
			}
		})
	}
}

// A schema serves the release before its own too: copies that are not upgraded yet
// go on and may be started again. Beyond that the database is left alone.
func TestNewerSchema(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := storage(t)
			s := servertest.Start(t, where)
			upgrade := func(sqltext string, args ...any) {
				t.Helper()
				if err := s.Program.Rooms().DB.Run(t.Context(), func(x tx.Tx) error {
					_, err := store.On(x).Exec(sqltext, args...)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			ready := func(status int, schema string) {
				t.Helper()
				if a := s.Do(t, "GET", "/readyz", nil); a.Status != status || !strings.Contains(string(a.Body), `"schema":"`+schema+`"`) {
					t.Errorf("got %d %s", a.Status, a.Body)
				}
			}
			upgrade(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, $1)`, true)
			upgrade(`ALTER TABLE vendors ADD COLUMN later BIGINT NOT NULL DEFAULT 1`)
			ready(200, "ok")
			s.Restart(t)
			ready(200, "ok")
			if v := s.Vendor(t, "Acme"); v.VendorID == "" {
				t.Error("nothing can be changed on the next release's schema")
			}
			if !strings.Contains(s.Log.String(), "newer release") {
				t.Error("the log does not say whose schema it is")
			}
			upgrade(`UPDATE schema_serves SET since = 999`)
			ready(503, "too new")
			s.Stop(t)
			a, err := server.New(t.Context(), server.Config{Storage: where, Listen: "127.0.0.1:0"})
			if err == nil {
				_ = a.Stop(context.Background())
				t.Fatal("started on a schema two releases newer")
			}
			if !strings.Contains(err.Error(), "schema 999") || !strings.HasSuffix(err.Error(), ".") {
				t.Errorf("refused with %q", err)
			}
		})
	}
}
