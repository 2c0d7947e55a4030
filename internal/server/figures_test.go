package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

func TestFiguresAreApartFromTheClients(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		if a := s.Do(t, http.MethodGet, "/metrics", nil); a.Status != http.StatusNotFound {
			t.Errorf("the clients' listener answers /metrics with %d", a.Status)
		}
		r, err := http.Get(s.Program.MetricsURL()) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(text), `chancery_licenses{state="in_use"} 0`) {
			t.Errorf("%v in %.300s", err, text)
		}
	}, func(c *server.Config) { c.MetricsListen = "127.0.0.1:0" })
}

// writeCertificate makes a self-signed certificate for loopback and gives its serial.
func writeCertificate(t *testing.T, cert, key string, serial int64, changed time.Time, hosts ...string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: hosts, NotAfter: changed.Add(3 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARenewedCertificateNeedsNoRestart(t *testing.T) {
	t.Parallel()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	writeCertificate(t, cert, key, 1, time.Now().Add(-time.Hour))
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.CertFile, c.KeyFile = cert, key })
	serial := func() int64 {
		t.Helper()
		dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
		c, err := dialer.DialContext(t.Context(), "tcp", s.Program.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if serial() != 1 {
		t.Error("another certificate than the file's is served")
	}
	writeCertificate(t, cert, key, 2, time.Now())
	if serial() != 2 {
		t.Error("the renewed certificate is not served")
	}
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if serial() != 2 {
		t.Error("a file that is half written took the certificate away")
	}
}
