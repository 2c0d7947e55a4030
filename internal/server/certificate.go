package server

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"

	"chancery/internal/setup"
)

// newCertificate serves a certificate from files, and nil without them.
func newCertificate(c Config) (*tls.Config, error) {
	switch {
	case c.CertFile == "" && c.KeyFile == "":
		return nil, nil // no TLS is no error
	case c.CertFile == "" || c.KeyFile == "":
		return nil, setup.Wrong("--tls-cert and --tls-key go together: give both files, or neither.", nil)
	}
	f := &certificateFiles{cert: c.CertFile, key: c.KeyFile, log: c.Log}
	if err := f.load(); err != nil {
		return nil, setup.Wrong("The certificate or its key can't be read: give PEM files that belong together.", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.get}, nil
}

// certificateFiles reads the files again when they change, so that a renewed
// certificate needs no restart. Files that can't be read leave the old one in use.
type certificateFiles struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	loaded  *tls.Certificate
	changed time.Time // of the newer file
}

// get looks at the files for each new connection: two calls of stat beside a handshake.
func (f *certificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.newest().After(f.changed) {
		if err := f.load(); err != nil {
			f.log.Warn("the renewed certificate can't be read; the old one stays in use", slog.Any("error", err))
		}
	}
	return f.loaded, nil
}

func (f *certificateFiles) newest() time.Time {
	var newest time.Time
	for _, name := range []string{f.cert, f.key} {
		if s, err := os.Stat(name); err == nil && s.ModTime().After(newest) {
			newest = s.ModTime()
		}
	}
	return newest
}

func (f *certificateFiles) load() error {
	changed := f.newest()
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	f.loaded, f.changed = &pair, changed
	return nil
}
