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
	var all struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return JWKSet{}, fmt.Errorf("JWK set: %w", ErrMalformed)
	}
	if len(all.Keys) > maxKeys {
		return JWKSet{}, fmt.Errorf("JWK set of %d keys: %w", len(all.Keys), ErrTooLarge)
	}
	set := JWKSet{Keys: []JWK{}}
	for _, raw := range all.Keys {
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

func parseJWK(data []byte) (key JWK, known bool, err error) {
	if json.Unmarshal(data, &key) != nil {
		// A key of an unknown kind may use our names for something else.
		var kind struct {
			KeyType string `json:"kty"`
		}
		if json.Unmarshal(data, &kind) == nil && kind.KeyType != "" && kind.KeyType != "OKP" && kind.KeyType != "RSA" {
			return JWK{}, false, nil
		}
		return JWK{}, false, fmt.Errorf("JWK: %w", ErrMalformed)
	}
	switch {
	case key.Use != "" && key.Use != "sig" && key.Use != "enc":
		return JWK{}, false, nil
	case key.KeyType == "OKP" && key.Curve == "Ed25519":
		_, err = key.Ed25519()
	case key.KeyType == "OKP" && key.Curve == "X25519":
		_, err = key.X25519()
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
