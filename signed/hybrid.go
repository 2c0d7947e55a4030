package signed

import (
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"strings"
)

// hybridAlgorithm names ML-KEM-768 with X25519 (X-Wing) in a JWK.
const hybridAlgorithm = "MLKEM768-X25519"

// Sizes of the hybrid suite, in bytes.
const (
	hybridPublic  = 1216
	hybridSeed    = 32
	hybridCapsule = 1120 // what an encapsulated key takes
)

// A HybridKey is a vendor's public key that requests of version 2 are sealed to:
// ML-KEM-768 together with X25519, so that who keeps a file today can't open it with a
// quantum computer later.
type HybridKey struct {
	key   hpke.PublicKey
	bytes []byte
}

// NewHybridKey takes the 1216 bytes of a key. Anything else is ErrMalformed.
func NewHybridKey(b []byte) (*HybridKey, error) {
	if len(b) != hybridPublic {
		return nil, fmt.Errorf("hybrid key of %d bytes: %w", len(b), ErrMalformed)
	}
	key, err := hpke.MLKEM768X25519().NewPublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("hybrid key: %w", ErrMalformed)
	}
	return &HybridKey{key, append([]byte(nil), b...)}, nil
}

// Bytes gives the key's 1216 bytes.
func (k *HybridKey) Bytes() []byte { return append([]byte(nil), k.bytes...) }

// KeyID is the key's id: base64url of the SHA-256 over its required members, as RFC 7638
// has it for the key type AKP.
func (k *HybridKey) KeyID() string {
	sum := sha256.Sum256([]byte(`{"alg":"` + hybridAlgorithm + `","kty":"AKP","pub":"` + encode(k.bytes) + `"}`))
	return encode(sum[:])
}

// String writes a key as configuration carries it: base64url without padding, 1622 characters.
func (k *HybridKey) String() string { return encode(k.bytes) }

// ParseHybridKey reads what String writes, or a JWK with the same key. Anything else is ErrMalformed.
func ParseHybridKey(text string) (*HybridKey, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		j, err := ParseJWK([]byte(text))
		if err != nil {
			return nil, err
		}
		return j.Hybrid()
	}
	b, err := decode([]byte(text))
	if err != nil {
		return nil, err
	}
	return NewHybridKey(b)
}

// A HybridPrivateKey opens requests of version 2.
type HybridPrivateKey struct {
	key    hpke.PrivateKey
	public *HybridKey
}

// GenerateHybridKey makes a key pair with the operating system's randomness.
func GenerateHybridKey() (*HybridPrivateKey, error) {
	key, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("hybrid key: %w", err)
	}
	return privateHybrid(key)
}

// NewHybridPrivateKey takes the seed of 32 bytes. Anything else is ErrMalformed.
func NewHybridPrivateKey(seed []byte) (*HybridPrivateKey, error) {
	if len(seed) != hybridSeed {
		return nil, fmt.Errorf("hybrid private key of %d bytes: %w", len(seed), ErrMalformed)
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, fmt.Errorf("hybrid private key: %w", ErrMalformed)
	}
	return privateHybrid(key)
}

func privateHybrid(key hpke.PrivateKey) (*HybridPrivateKey, error) {
	public, err := NewHybridKey(key.PublicKey().Bytes())
	return &HybridPrivateKey{key, public}, err
}

// Seed gives the 32 bytes that NewHybridPrivateKey takes.
func (k *HybridPrivateKey) Seed() ([]byte, error) { return k.key.Bytes() }

// Public gives the key to seal to.
func (k *HybridPrivateKey) Public() *HybridKey { return k.public }

// SealHybrid is Seal to a hybrid key: a request of version 2.
func SealHybrid(to *HybridKey, kind, vendorID string, content []byte) (Sealed, error) {
	s := Sealed{Version: 2, Kind: kind, VendorID: vendorID, KeyID: to.KeyID()}
	return s.seal(to.key, content)
}

// OpenHybrid is Open with a hybrid key, for requests of version 2.
func (s Sealed) OpenHybrid(key *HybridPrivateKey) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Version != 2 || key.public.KeyID() != s.KeyID {
		return nil, fmt.Errorf("sealed to %.64q: %w", s.KeyID, ErrUnknownKey)
	}
	return s.open(key.key)
}
