package server

import (
	"crypto/tls"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"chancery/internal/setup"
)

// hasTLS reports whether the server speaks TLS itself.
func (c Config) hasTLS() bool { return c.CertFile != "" || c.TLSDir != "" }

// newCertificate serves certificates from files and from a folder, and nil without both.
func newCertificate(c Config) (*tls.Config, error) {
	if (c.CertFile == "") != (c.KeyFile == "") {
		return nil, setup.Wrong("--tls-cert and --tls-key go together: give both files, or neither.", nil)
	}
	if !c.hasTLS() {
		return nil, nil // no TLS is no error
	}
	s := &certificates{folder: c.TLSDir, log: c.Log, pairs: map[pairFiles]*loadedPair{}, now: time.Now}
	if c.CertFile != "" {
		s.first = pairFiles{c.CertFile, c.KeyFile}
		if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
			return nil, setup.Wrong("The certificate or its key can't be read: give PEM files that belong together.", err)
		}
	}
	if c.PublicURL != nil {
		s.public = strings.ToLower(c.PublicURL.Hostname())
	}
	if err := s.read(); err != nil {
		return nil, setup.Wrong("The folder of --tls-dir can't be read.", err)
	}
	if s.other == nil {
		return nil, setup.Wrong("There is no certificate in the folder of --tls-dir: put pairs like NAME.crt and NAME.key there, "+
			"or folders with fullchain.pem and privkey.pem.", nil)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.get}, nil
}

// rereadEvery is how old what is known of all the files may be. The folder itself, and the
// files of the certificate that is asked for, are looked at for each new connection.
const rereadEvery = 10 * time.Second

// certificates are chosen by the name that the client asks for. The files are read again
// when they change, so that a new or renewed certificate needs no restart. Files that
// can't be read leave the old certificate in use.
type certificates struct {
	first  pairFiles // of --tls-cert and --tls-key; empty for none
	folder string    // of --tls-dir; empty for none
	public string    // the host of the public URL
	log    *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	looked  time.Time // when all files were looked at
	changed time.Time // when the folder was, as of then
	pairs   map[pairFiles]*loadedPair
	byName  map[string]*loadedPair
	other   *loadedPair // for names that no certificate is for
}

// pairFiles are the files of a certificate and its key.
type pairFiles struct{ cert, key string }

type loadedPair struct {
	files       pairFiles
	certificate *tls.Certificate // nil: it could never be read
	changed     time.Time        // the newer file, when it was read
	failed      bool             // by the newest try
}

func (s *certificates) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.chosen(hello.ServerName)
	age := s.now().Sub(s.looked)
	if age < 0 || age >= rereadEvery || !p.files.changed().Equal(p.changed) || !writtenAt(s.folder).Equal(s.changed) {
		if err := s.read(); err != nil {
			s.log.Warn("the folder of certificates can't be read; those known stay in use", slog.Any("error", err))
		}
		p = s.chosen(hello.ServerName)
	}
	return p.certificate, nil
}

// chosen gives the certificate for a name, or for all below the domain that it is in.
func (s *certificates) chosen(name string) *loadedPair {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if p := s.byName[name]; p != nil {
		return p
	}
	_, domain, _ := strings.Cut(name, ".")
	if p := s.byName["*."+domain]; p != nil {
		return p
	}
	return s.other
}

// read looks at all files, and loads those that are new or changed.
func (s *certificates) read() error {
	s.looked, s.changed = s.now(), writtenAt(s.folder)
	found, err := pairsIn(s.folder)
	if err != nil {
		return err
	}
	if s.first.cert != "" {
		found = append([]pairFiles{s.first}, found...)
	}
	maps.DeleteFunc(s.pairs, func(f pairFiles, _ *loadedPair) bool { return !slices.Contains(found, f) })
	var all []*loadedPair
	for _, f := range found {
		if p := s.load(f); p.certificate != nil {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return nil // the last one stays in use
	}
	s.byName = map[string]*loadedPair{}
	for _, p := range all {
		for _, name := range p.certificate.Leaf.DNSNames {
			name = strings.ToLower(name)
			if before := s.byName[name]; before == nil || p.certificate.Leaf.NotAfter.After(before.certificate.Leaf.NotAfter) {
				s.byName[name] = p
			}
		}
	}
	s.other = all[0]
	if s.first.cert == "" {
		s.other = s.chosen(s.public)
	}
	return nil
}

// load gives a pair, with the certificate before where the files can't be read. They are
// tried again then: the other one of the two may still be on its way.
func (s *certificates) load(f pairFiles) *loadedPair {
	p := s.pairs[f]
	if p == nil {
		p = &loadedPair{files: f}
		s.pairs[f] = p
	}
	changed := f.changed()
	if changed.Equal(p.changed) && !p.failed {
		return p
	}
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil && !changed.Equal(p.changed) {
		s.log.Warn("a certificate can't be read", slog.String("file", f.cert), slog.Any("error", err))
	}
	if p.changed, p.failed = changed, err != nil; err == nil {
		p.certificate = &c
	}
	return p
}

// changed is when the newer of the files was written.
func (f pairFiles) changed() (newest time.Time) {
	newest = writtenAt(f.cert)
	if key := writtenAt(f.key); key.After(newest) {
		newest = key
	}
	return newest
}

// writtenAt is when a file or folder was changed; zero where there is none.
func writtenAt(name string) time.Time {
	s, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return s.ModTime()
}

// pairsIn finds the pairs of a folder: NAME.crt or NAME.pem beside NAME.key, and in
// folders below it, as programs that renew certificates keep them, fullchain.pem beside
// privkey.pem, or tls.crt beside tls.key.
func pairsIn(folder string) (found []pairFiles, err error) {
	if folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	add := func(cert, key string) {
		if isFile(cert) && isFile(key) {
			found = append(found, pairFiles{cert, key})
		}
	}
	for _, e := range entries {
		at := filepath.Join(folder, e.Name())
		switch base, is := strings.CutSuffix(at, ".key"); {
		case is && isFile(base+".crt"):
			add(base+".crt", at)
		case is:
			add(base+".pem", at)
		default:
			add(filepath.Join(at, "fullchain.pem"), filepath.Join(at, "privkey.pem"))
			add(filepath.Join(at, "tls.crt"), filepath.Join(at, "tls.key"))
		}
	}
	return found, nil
}

// isFile follows links: such folders are full of them.
func isFile(name string) bool {
	s, err := os.Stat(name)
	return err == nil && s.Mode().IsRegular()
}
