package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// The first byte of everything sealed: AES-256-GCM with a random 12-byte nonce in
// front of what is encrypted. Version 2 names its master key between the two, and
// that name and the whole purpose are associated data. Version 1 names no key, and
// what ident.VendorID.Bind adds to a purpose was not bound.
const (
	sealUnnamed = 1
	sealNamed   = 2
)

const headerSize = 1 + len(MasterKeyID{})

// Sealer encrypts under the newest master key, and opens under each that it has.
// It is safe for concurrent use.
type Sealer struct {
	file string // read again when it changes; "" for keys that stay

	mu   sync.Mutex
	seen fs.FileInfo // of what was read last
	now  MasterKeyID // what seals
	all  map[MasterKeyID]cipher.AEAD
}

// NewSealer makes a Sealer of master keys, the newest first.
func NewSealer(keys ...MasterKey) (*Sealer, error) {
	s := &Sealer{}
	return s, s.take(keys)
}

// FollowMasterKeys makes a Sealer that reads its keys from a file, and again
// whenever that changes: whoever seals after a change seals under the new key.
// A missing file is fs.ErrNotExist.
func FollowMasterKeys(file string) (*Sealer, error) {
	s := &Sealer{file: file}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s, s.read()
}

// take makes these the keys. Those that it had go on to open: a value that was read
// before a rotation may be opened after it.
func (s *Sealer) take(keys MasterKeys) error {
	if len(keys) == 0 {
		return errors.New("keyring: the master key is missing")
	}
	all := maps.Clone(s.all)
	if all == nil {
		all = map[MasterKeyID]cipher.AEAD{}
	}
	for _, m := range keys {
		if m == (MasterKey{}) {
			return errors.New("keyring: the master key is missing")
		}
		block, err := aes.NewCipher(m[:])
		if err != nil {
			return err
		}
		if all[m.ID()], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return err
		}
	}
	s.now, s.all = keys[0].ID(), all
	return nil
}

// read reads the file. The state of the file is looked at first: one that is
// replaced in between is read once more.
func (s *Sealer) read() error {
	info, err := os.Stat(s.file)
	if err != nil {
		return fmt.Errorf("read the master key: %w", err)
	}
	keys, err := ReadMasterKeys(s.file)
	if err != nil {
		return err
	}
	if err := s.take(keys); err != nil {
		return err
	}
	s.seen = info
	return nil
}

// look reads the file when it has changed. One that can't be read changes nothing.
func (s *Sealer) look() {
	if s.file == "" {
		return
	}
	info, err := os.Stat(s.file)
	if err != nil || os.SameFile(info, s.seen) && info.ModTime().Equal(s.seen.ModTime()) && info.Size() == s.seen.Size() {
		return
	}
	_ = s.read()
}

// newest gives what seals.
func (s *Sealer) newest() (MasterKeyID, cipher.AEAD) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	return s.now, s.all[s.now]
}

// named gives the key of a name, and looks into the file for one that is unknown.
func (s *Sealer) named(id MasterKeyID) cipher.AEAD {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[id] == nil {
		s.look()
	}
	return s.all[id]
}

// known gives all keys.
func (s *Sealer) known() map[MasterKeyID]cipher.AEAD {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

// Header is how every value begins that is sealed under the newest master key.
func (s *Sealer) Header() []byte {
	id, _ := s.newest()
	return append([]byte{sealNamed}, id[:]...)
}

// Seal encrypts plain and binds it to purpose.
func (s *Sealer) Seal(purpose string, plain []byte) ([]byte, error) {
	id, aead := s.newest()
	out := append(make([]byte, 0, headerSize+aead.Overhead()+len(plain)), sealNamed)
	out = append(out, id[:]...)
	return aead.Seal(out, nil, plain, bound(out, purpose)), nil //nolint:gosec // it makes a random nonce by itself
}

// Open decrypts what Seal made for the same purpose under one of the master keys.
func (s *Sealer) Open(purpose string, sealed []byte) ([]byte, error) {
	switch {
	case len(sealed) > headerSize && sealed[0] == sealNamed:
		header := sealed[:headerSize]
		id := MasterKeyID(header[1:])
		aead := s.named(id)
		if aead == nil {
			return nil, errUnknownMaster(id)
		}
		plain, err := aead.Open(nil, nil, sealed[headerSize:], bound(header, purpose))
		if err != nil {
			return nil, errSealed().WithCause(err)
		}
		return plain, nil
	case len(sealed) > 0 && sealed[0] == sealUnnamed:
		purpose = ident.Unbound(purpose)
		for _, aead := range s.known() {
			if plain, err := aead.Open(nil, nil, sealed[1:], []byte(purpose)); err == nil {
				return plain, nil
			}
		}
	}
	return nil, errSealed()
}

// bound is the associated data: what names the key, and the purpose.
func bound(header []byte, purpose string) []byte {
	return append(append(make([]byte, 0, len(header)+len(purpose)), header...), purpose...)
}

func errSealed() *fault.Error {
	return &fault.Error{
		Kind: fault.Internal, Code: "sealed_value_unreadable",
		Message: "A sealed value does not open: it was damaged, or sealed under another master key.",
		Help:    "Start the server with the master key that this database was made with.",
	}
}

// errUnknownMaster is errSealed for a value that says which key is missing.
func errUnknownMaster(id MasterKeyID) *fault.Error {
	return &fault.Error{
		Kind: fault.Internal, Code: "sealed_value_unreadable",
		Message: "A sealed value names the master key " + id.String() + ", which this server does not have.",
		Help:    "Give the server that key beside the one it has.",
	}
}

// Purpose binds a private key to its vendor and id.
func Purpose(vendor ident.UUID, kind Kind, kid string) string {
	return "signing-key\x00" + vendor.String() + "\x00" + string(kind) + "\x00" + kid
}
