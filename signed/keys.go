package signed

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"sync"
)

// A Signer signs with one Ed25519 key. Its key id is the RFC 7638 thumbprint of
// the public key, so that nobody has to agree on ids. Safe for concurrent use.
type Signer struct {
	key     ed25519.PrivateKey
	kid     string
	scratch sync.Pool // *[]byte, the signing inputs: one answer's size each
}

// NewSigner takes a 64-byte Ed25519 private key. Another length is ErrMalformed.
func NewSigner(key ed25519.PrivateKey) (*Signer, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("Ed25519 private key of %d bytes: %w", len(key), ErrMalformed)
	}
	s := &Signer{key: append(ed25519.PrivateKey(nil), key...)}
	s.kid = KeyID(s.Public())
	s.scratch.New = func() any { b := make([]byte, 0, 4096); return &b }
	return s, nil
}

// KeyID is the id that goes into every header as kid.
func (s *Signer) KeyID() string { return s.kid }

// Public is the key that verifies what the Signer signs.
func (s *Signer) Public() ed25519.PublicKey {
	return s.key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // an ed25519 key has no other public key
}

// KeyID is the RFC 7638 thumbprint of an Ed25519 key: base64url without padding
// of the SHA-256 over its required members, 43 characters.
func KeyID(key ed25519.PublicKey) string { return okpThumbprint("Ed25519", key) }

func okpThumbprint(curve string, x []byte) string {
	// RFC 8037, section 2: the required members in lexical order.
	sum := sha256.Sum256([]byte(`{"crv":"` + curve + `","kty":"OKP","x":"` + encode(x) + `"}`))
	return encode(sum[:])
}

// A KeySet is the public keys that are trusted, by key id. The zero value trusts
// nobody. A KeySet never changes; With makes a larger one.
type KeySet struct {
	keys map[string]ed25519.PublicKey
}

// NewKeySet trusts these keys, 32 bytes each; what CheckKey refuses is ErrMalformed.
func NewKeySet(keys ...ed25519.PublicKey) (KeySet, error) {
	return KeySet{}.With(keys...)
}

// With returns a set that trusts these keys too.
func (k KeySet) With(keys ...ed25519.PublicKey) (KeySet, error) {
	larger := make(map[string]ed25519.PublicKey, len(k.keys)+len(keys))
	maps.Copy(larger, k.keys)
	for _, key := range keys {
		if err := CheckKey(key); err != nil {
			return KeySet{}, err
		}
		larger[KeyID(key)] = append(ed25519.PublicKey(nil), key...)
	}
	return KeySet{keys: larger}, nil
}

// Has tells whether the key with this id is trusted.
func (k KeySet) Has(kid string) bool { _, ok := k.keys[kid]; return ok }

// Len is the number of keys.
func (k KeySet) Len() int { return len(k.keys) }

// verify checks one signature by the key the header names.
func (k KeySet) verify(kid string, message, signature []byte) error {
	key, ok := k.keys[kid]
	if !ok {
		return fmt.Errorf("key %.64q: %w", kid, ErrUnknownKey)
	}
	if !ed25519.Verify(key, message, signature) {
		return ErrSignature
	}
	return nil
}
