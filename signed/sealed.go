package signed

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
)

// The kinds of sealed requests. A request opens only as the kind it was sealed as.
const (
	SealActivation   = "ACTIVATION"   // activation.req
	SealDeactivation = "DEACTIVATION" // deactivation.req, also with the intent to report only
)

// MaxSealed is the largest sealed request that is read, in bytes of its text.
const MaxSealed = 64 << 10

// A Sealed is a request that only the vendor can read (RFC 9180, mode base:
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM).
type Sealed struct {
	Kind     string // one of the Seal constants
	VendorID string // lower-case UUID
	KeyID    string // thumbprint of the X25519 key it is sealed to
	// Ciphertext is the encapsulated key (32 bytes) followed by the ciphertext
	// and its tag (16 bytes more than the content).
	Ciphertext []byte
}

// SealingKeyID is the RFC 7638 thumbprint of an X25519 key.
func SealingKeyID(key *ecdh.PublicKey) string { return okpThumbprint("X25519", key.Bytes()) }

// Seal seals a request to the vendor's X25519 key. Kind and vendor are bound to
// it. ErrMalformed: the kind or vendor is not of its form. ErrTooLarge: the
// armoured text would be over MaxSealed.
func Seal(to *ecdh.PublicKey, kind, vendorID string, content []byte) (Sealed, error) {
	s := Sealed{Kind: kind, VendorID: vendorID, KeyID: SealingKeyID(to)}
	if err := s.check(); err != nil {
		return Sealed{}, err
	}
	if len(content) > MaxSealed*3/4-1024 {
		return Sealed{}, fmt.Errorf("content of %d bytes: %w", len(content), ErrTooLarge)
	}
	if err := CheckSealingKey(to); err != nil {
		return Sealed{}, err
	}
	key, err := hpke.NewDHKEMPublicKey(to)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing key: %w", ErrMalformed)
	}
	s.Ciphertext, err = hpke.Seal(key, hpke.HKDFSHA256(), hpke.AES256GCM(), s.info(), content)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal: %w", err)
	}
	return s, nil
}

// Open reads the request with the vendor's private key. ErrUnknownKey: sealed to
// another key. ErrSealed: damaged, or its kind or vendor was changed.
func (s Sealed) Open(key *ecdh.PrivateKey) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if key.Curve() != ecdh.X25519() || SealingKeyID(key.PublicKey()) != s.KeyID {
		return nil, fmt.Errorf("sealed to %.64q: %w", s.KeyID, ErrUnknownKey)
	}
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", ErrMalformed)
	}
	content, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), s.info(), s.Ciphertext)
	if err != nil {
		return nil, ErrSealed
	}
	return content, nil
}

// info is HPKE's info: what the sealing is for, so that nothing sealed for one
// end opens for another.
func (s Sealed) info() []byte {
	return []byte("chancery sealed request v1\n" + s.Kind + "\n" + s.VendorID)
}

func (s Sealed) check() error {
	switch {
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
