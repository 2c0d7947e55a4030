package signed

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
)

// A JWKSet is the public keys of a vendor as RFC 7517 lists them.
type JWKSet struct {
	Keys []JWK `json:"keys"`
}

const (
	maxJWKSet = 64 << 10 // bytes
	maxKeys   = 64
)

// ParseJWKSet reads a set of at most 64 KB and 64 keys. As RFC 7517 asks, keys of
// a kind not known here, or for a use not known here, are left out. A kid that is not the key's
// thumbprint is ErrMalformed: in this system ids are never chosen.
func ParseJWKSet(data []byte) (JWKSet, error) {
	if len(data) > maxJWKSet {
		return JWKSet{}, fmt.Errorf("JWK set of %d bytes: %w", len(data), ErrTooLarge)
	}
	all, err := splitJWKSet(data)
	if err != nil {
		return JWKSet{}, err
	}
	if len(all) > maxKeys {
		return JWKSet{}, fmt.Errorf("JWK set of %d keys: %w", len(all), ErrTooLarge)
	}
	set := JWKSet{Keys: []JWK{}}
	for _, raw := range all {
		key, known, err := parseJWK(raw)
		if err != nil {
			return JWKSet{}, err
		}
		if known {
			set.Keys = append(set.Keys, key)
		}
	}
	return set, nil
}

// ParseJWK reads one key. A kind not known here is ErrMalformed.
func ParseJWK(data []byte) (JWK, error) {
	if len(data) > maxJWKSet {
		return JWK{}, fmt.Errorf("JWK of %d bytes: %w", len(data), ErrTooLarge)
	}
	key, known, err := parseJWK(data)
	if err == nil && !known {
		err = fmt.Errorf("JWK of a kind not known here: %w", ErrMalformed)
	}
	return key, err
}

// splitJWKSet gives the keys of a set as they are written. Like headers, sets and
// keys are read by a scanner of our own: encoding/json takes members twice, and
// in other letters than theirs.
func splitJWKSet(data []byte) (keys [][]byte, err error) {
	s := &scanner{data: data}
	found := false
	err = s.object(func(name string) error {
		if name != "keys" {
			return s.skip(1)
		}
		found = true
		return s.list(func() error {
			s.space()
			start := s.pos
			err := s.skip(0)
			keys = append(keys, data[start:s.pos])
			return err
		})
	})
	if err == nil && (s.next() != 0 || s.pos < len(data)) {
		err = s.fail("something after it")
	}
	if err != nil {
		return nil, fmt.Errorf("JWK set: %w", err)
	}
	if !found {
		return nil, fmt.Errorf("JWK set without keys: %w", ErrMalformed)
	}
	return keys, nil
}

func parseJWK(data []byte) (key JWK, known bool, err error) {
	s := &scanner{data: data}
	err = s.object(func(name string) error { return readMember(&key, s, name) })
	if err == nil && (s.next() != 0 || s.pos < len(data)) {
		err = s.fail("something after it")
	}
	if err != nil {
		// A key of an unknown kind may use our names for something else.
		var kind struct {
			KeyType string `json:"kty"`
		}
		if json.Unmarshal(data, &kind) == nil && kind.KeyType != "" && kind.KeyType != "OKP" && kind.KeyType != "RSA" {
			return JWK{}, false, nil
		}
		return JWK{}, false, fmt.Errorf("JWK: %w", err)
	}
	switch {
	case key.Use != "" && key.Use != "sig" && key.Use != "enc":
		return JWK{}, false, nil
	case key.KeyType == "OKP" && key.Curve == "Ed25519":
		_, err = key.Ed25519()
	case key.KeyType == "OKP" && key.Curve == "X25519":
		_, err = key.X25519()
	case key.KeyType == "AKP" && key.Algorithm == hybridAlgorithm:
		_, err = key.Hybrid()
	case key.KeyType == "RSA":
		_, err = key.RSA()
	default:
		return JWK{}, false, nil
	}
	if err == nil && key.KeyID != "" && key.KeyID != key.Thumbprint() {
		err = fmt.Errorf("JWK whose kid is not its thumbprint: %w", ErrMalformed)
	}
	return key, err == nil, err
}

// KeySet trusts the Ed25519 keys of the set.
func (s JWKSet) KeySet() (KeySet, error) {
	var keys []ed25519.PublicKey
	for _, j := range s.Keys {
		if j.KeyType == "OKP" && j.Curve == "Ed25519" {
			key, err := j.Ed25519()
			if err != nil {
				return KeySet{}, err
			}
			keys = append(keys, key)
		}
	}
	return NewKeySet(keys...)
}
