package signed

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
	"strconv"
)

// The kinds of sealed requests. A request opens only as the kind it was sealed as.
const (
	SealActivation   = "ACTIVATION"   // activation.req
	SealDeactivation = "DEACTIVATION" // deactivation.req, also with the intent to report only
)

// MaxSealed is the largest sealed request that is read, in bytes of its text.
const MaxSealed = 64 << 10

// A Sealed is a request that only the vendor can read (RFC 9180, mode base, HKDF-SHA256,
// AES-256-GCM). The version names the KEM: DHKEM(X25519, HKDF-SHA256) in version 1,
// MLKEM768-X25519 in version 2.
type Sealed struct {
	Version  int    // 1 or 2
	Kind     string // one of the Seal constants
	VendorID string // lower-case UUID
	KeyID    string // thumbprint of the key it is sealed to
	// Ciphertext is the encapsulated key (32 or 1120 bytes) followed by the ciphertext
	// and its tag (16 bytes more than the content).
	Ciphertext []byte
}

// SealingKeyID is the RFC 7638 thumbprint of an X25519 key.
func SealingKeyID(key *ecdh.PublicKey) string { return okpThumbprint("X25519", key.Bytes()) }

// Seal seals a request of version 1 to the vendor's X25519 key. Kind and vendor are bound
// to it. ErrMalformed: the kind or vendor is not of its form. ErrTooLarge: the
// armoured text would be over MaxSealed.
func Seal(to *ecdh.PublicKey, kind, vendorID string, content []byte) (Sealed, error) {
	if err := CheckSealingKey(to); err != nil {
		return Sealed{}, err
	}
	key, err := hpke.NewDHKEMPublicKey(to)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing key: %w", ErrMalformed)
	}
	return Sealed{Version: 1, Kind: kind, VendorID: vendorID, KeyID: SealingKeyID(to)}.seal(key, content)
}

func (s Sealed) seal(to hpke.PublicKey, content []byte) (Sealed, error) {
	if err := s.check(); err != nil {
		return Sealed{}, err
	}
	if len(content) > MaxSealed*3/4-1024-s.capsule()+32 {
		return Sealed{}, fmt.Errorf("content of %d bytes: %w", len(content), ErrTooLarge)
	}
	var err error
	if s.Ciphertext, err = hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), s.info(), content); err != nil {
		return Sealed{}, fmt.Errorf("seal: %w", err)
	}
	return s, nil
}

// Open reads a request of version 1 with the vendor's private key. ErrUnknownKey: sealed to
// another key. ErrSealed: damaged, or its version, kind or vendor was changed.
func (s Sealed) Open(key *ecdh.PrivateKey) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Version != 1 || key.Curve() != ecdh.X25519() || SealingKeyID(key.PublicKey()) != s.KeyID {
		return nil, fmt.Errorf("sealed to %.64q: %w", s.KeyID, ErrUnknownKey)
	}
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", ErrMalformed)
	}
	return s.open(private)
}

func (s Sealed) open(key hpke.PrivateKey) ([]byte, error) {
	content, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.AES256GCM(), s.info(), s.Ciphertext)
	if err != nil {
		return nil, ErrSealed
	}
	return content, nil
}

// capsule is how many bytes the encapsulated key takes.
func (s Sealed) capsule() int {
	if s.Version == 2 {
		return hybridCapsule
	}
	return 32
}

// info is HPKE's info: what the sealing is for, so that nothing sealed for one
// end opens for another.
func (s Sealed) info() []byte {
	return []byte("chancery sealed request v" + strconv.Itoa(s.Version) + "\n" + s.Kind + "\n" + s.VendorID)
}

func (s Sealed) check() error {
	switch {
	case s.Version != 1 && s.Version != 2:
		return fmt.Errorf("version %d: %w", s.Version, ErrMalformed)
	case s.Kind != SealActivation && s.Kind != SealDeactivation:
		return fmt.Errorf("kind %.32q: %w", s.Kind, ErrType)
	case !isUUID(s.VendorID):
		return fmt.Errorf("vendor is no lower-case UUID: %w", ErrMalformed)
	case len(s.KeyID) != 43:
		return fmt.Errorf("key id: %w", ErrMalformed)
	}
	_, err := decode([]byte(s.KeyID)) // a thumbprint
	return err
}

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
