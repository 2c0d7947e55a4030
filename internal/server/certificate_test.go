package server_test

import (
	"crypto/tls"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// A folder holds a certificate for each host name; one that is put there, renewed or
// taken away is seen without a restart.
func TestCertificatesOfAFolderAreChosenByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	long := time.Now().Add(-time.Hour)
	writeCertificate(t, at("a.crt"), at("a.key"), 1, long, "licences.acme.example")
	writeCertificate(t, at("public.pem"), at("public.key"), 2, long, "licences.example.com")
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) {
		c.TLSDir, c.PublicURL = dir, &url.URL{Scheme: "https", Host: "Licences.example.com"}
	})
	serial := func(name string) int64 {
		t.Helper()
		dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, ServerName: name}}
		c, err := dialer.DialContext(t.Context(), "tcp", s.Program.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	want := func(what string, all map[string]int64) {
		t.Helper()
		for name, n := range all {
			if got := serial(name); got != n {
				t.Errorf("%s: %q gets certificate %d, want %d", what, name, got, n)
			}
		}
	}
	want("at first", map[string]int64{"licences.acme.example": 1, "LICENCES.acme.example": 1, "licences.example.com": 2, "x.bolt.example": 2, "": 2})
	if err := os.Mkdir(at("bolt.example"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeCertificate(t, at("bolt.example/fullchain.pem"), at("bolt.example/privkey.pem"), 3, long, "*.bolt.example")
	writeCertificate(t, at("new.crt"), at("new.key"), 5, long, "new.example")
	want("new ones", map[string]int64{"x.bolt.example": 3, "y.x.bolt.example": 2, "licences.acme.example": 1, "new.example": 5})
	writeCertificate(t, at("a.crt"), at("a.key"), 4, time.Now(), "licences.acme.example")
	want("renewed", map[string]int64{"licences.acme.example": 4})
	if err := os.WriteFile(at("a.crt"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	want("half written", map[string]int64{"licences.acme.example": 4, "x.bolt.example": 3})
	if err := os.Remove(at("new.key")); err != nil {
		t.Fatal(err)
	}
	want("taken away", map[string]int64{"new.example": 2})
	writeCertificate(t, at("0-older.crt"), at("0-older.key"), 6, time.Now().Add(-2*time.Hour), "licences.example.com")
	want("of two for one name, the one that is good for longer", map[string]int64{"licences.example.com": 2})
}

func TestAFolderWithoutCertificatesIsRefused(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if a, err := server.New(t.Context(), server.Config{Storage: servertest.SQLite(t), TLSDir: dir}); err == nil {
			t.Errorf("%s is served from", dir)
			_ = a.Stop(t.Context())
		}
	}
}
