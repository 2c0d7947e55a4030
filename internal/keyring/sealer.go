package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// sealVersion is the first byte of everything sealed: AES-256-GCM with a random
// 12-byte nonce in front and the purpose as associated data.
const sealVersion = 1

// Sealer encrypts under the master key. It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer makes a Sealer from a master key.
func NewSealer(master MasterKey) (*Sealer, error) {
	if master == (MasterKey{}) {
		return nil, errors.New("keyring: the master key is missing")
	}
	block, err := aes.NewCipher(master[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead}, nil
}

// Seal encrypts plain and binds it to purpose.
func (s *Sealer) Seal(purpose string, plain []byte) ([]byte, error) {
	out := make([]byte, 1, 1+s.aead.Overhead()+len(plain))
	out[0] = sealVersion
	return s.aead.Seal(out, nil, plain, []byte(purpose)), nil //nolint:gosec // it makes a random nonce by itself
}

// Open decrypts what Seal made for the same purpose under the same master key.
func (s *Sealer) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealVersion {
		return nil, errSealed()
	}
	plain, err := s.aead.Open(nil, nil, sealed[1:], []byte(purpose))
	if err != nil {
		return nil, errSealed().WithCause(err)
	}
	return plain, nil
}

func errSealed() *fault.Error {
	return &fault.Error{
		Kind: fault.Internal, Code: "sealed_value_unreadable",
		Message: "A sealed value does not open: it was damaged, or sealed under another master key.",
		Help:    "Start the server with the master key that this database was made with.",
	}
}

// keyPurpose binds a private key to its vendor and id.
func keyPurpose(vendor ident.UUID, kind Kind, kid string) string {
	return "signing-key\x00" + vendor.String() + "\x00" + string(kind) + "\x00" + kid
}
