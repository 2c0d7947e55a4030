package keyring_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/ident"
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
		"another version": func() ([]byte, error) { return s.Open("purpose", append([]byte{9}, sealed[1:]...)) },
		"another name":    func() ([]byte, error) { return s.Open("purpose", append([]byte{2, 9}, sealed[2:]...)) },
		"another row":     func() ([]byte, error) { return s.Open(ident.VendorOf(1).Bind("purpose", "row"), sealed) },
	} {
		if plain, err := open(); !fault.Is(err, "sealed_value_unreadable") {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
}

// A value that an older program has sealed names no key, and is bound to less.
func TestValueOfAnOlderProgram(t *testing.T) {
	t.Parallel()
	block, err := aes.NewCipher(append([]byte{1}, make([]byte, 31)...))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		t.Fatal(err)
	}
	old := aead.Seal([]byte{1}, nil, []byte("secret"), []byte("totp\x00anna"))
	purpose := ident.VendorOf(7).Bind("totp\x00anna", "row")
	both, err := keyring.NewSealer(keyring.MasterKey{2}, keyring.MasterKey{1})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*keyring.Sealer{"its key": sealer(t, 1), "a newer key before it": both} {
		if plain, err := s.Open(purpose, old); err != nil || string(plain) != "secret" {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	if _, err := sealer(t, 1).Open(ident.VendorOf(7).Bind("totp\x00ben"), old); err == nil {
		t.Error("it opens for another purpose")
	}
}

// A server seals under the new key as soon as the file has it, opens what was sealed
// under each, and goes on to open what it could when the old one is gone.
func TestSealerFollowsItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), keyring.MasterKeyFile)
	first, err := keyring.CreateMasterKeys(file, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	follow := func() *keyring.Sealer {
		s, err := keyring.FollowMasterKeys(file)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	server, other := follow(), follow()
	old, err := server.Seal("p", []byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := keyring.NewMasterKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := keyring.ReplaceMasterKeys(file, keyring.MasterKeys{second, first[0]}); err != nil {
		t.Fatal(err)
	}
	young, err := server.Seal("p", []byte("young"))
	if err != nil || !bytes.HasPrefix(young, server.Header()) || bytes.HasPrefix(old, server.Header()) {
		t.Errorf("it does not seal under the new key: %x, %v", young, err)
	}
	opens := func(s *keyring.Sealer, sealed []byte, want string) {
		t.Helper()
		if plain, err := s.Open("p", sealed); err != nil || string(plain) != want {
			t.Errorf("%q, %v; want %q", plain, err, want)
		}
	}
	opens(other, young, "young") // it has looked into the file for a name that it did not know
	opens(server, old, "old")
	if err := keyring.ReplaceMasterKeys(file, keyring.MasterKeys{second}); err != nil {
		t.Fatal(err)
	}
	opens(server, young, "young")
	opens(server, old, "old")
	if _, err := follow().Open("p", old); !fault.Is(err, "sealed_value_unreadable") || !strings.Contains(err.Error(), first[0].ID().String()) {
		t.Errorf("without the old key: %v", err)
	}
}

func TestMasterKeyFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data", keyring.MasterKeyFile)
	if _, err := keyring.ReadMasterKeys(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	// Several first starts at once agree on one key.
	made := make([]keyring.MasterKeys, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if made[i], err = keyring.CreateMasterKeys(file, rand.Reader); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	read, err := keyring.ReadMasterKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		if !slices.Equal(m, read) || len(m) != 1 {
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
		if _, err := keyring.ParseMasterKeys(text); err == nil {
			t.Errorf("%q was taken", text)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error echoes the key: %v", err)
		}
	}
}
