package keyring_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/keyring"
)

func TestSealer(t *testing.T) {
	t.Parallel()
	s := sealer(t, 1)
	sealed, err := s.Seal("purpose", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("secret")) {
		t.Error("sealed in the clear")
	}
	if plain, err := s.Open("purpose", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("open: %q, %v", plain, err)
	}
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another purpose": func() ([]byte, error) { return s.Open("other", sealed) },
		"another master":  func() ([]byte, error) { return sealer(t, 2).Open("purpose", sealed) },
		"damaged":         func() ([]byte, error) { return s.Open("purpose", damaged) },
		"short":           func() ([]byte, error) { return s.Open("purpose", sealed[:5]) },
		"empty":           func() ([]byte, error) { return s.Open("purpose", nil) },
		"another version": func() ([]byte, error) { return s.Open("purpose", append([]byte{2}, sealed[1:]...)) },
	} {
		if plain, err := open(); !fault.Is(err, "sealed_value_unreadable") {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
}

func TestMasterKeyFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data", keyring.MasterKeyFile)
	if _, err := keyring.ReadMasterKey(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	// Several first starts at once agree on one key.
	made := make([]keyring.MasterKey, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if made[i], err = keyring.CreateMasterKey(file, rand.Reader); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	read, err := keyring.ReadMasterKey(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		if m != read || m == (keyring.MasterKey{}) {
			t.Fatalf("not one key: %v", made)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestParseMasterKeyRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "short", "c2hvcnQ=", strings.Repeat("A", 43) + "="} {
		if _, err := keyring.ParseMasterKey(text); err == nil {
			t.Errorf("%q was taken", text)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error echoes the key: %v", err)
		}
	}
}
