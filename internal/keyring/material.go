package keyring

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"chancery/signed"
)

const rsaBits = 2048

// Material is new key pairs that are not stored yet. Making an RSA pair takes
// 100 ms and more, so it happens before the transaction.
type Material struct{ pairs []pair }

// pair is one key with its private part in the clear.
type pair struct {
	kind            Kind
	kid             string
	public, private []byte
}

// Generate makes one new pair of each kind; without arguments of every kind. Its
// randomness is the operating system's: Go takes no other for these keys.
func Generate(kinds ...Kind) (Material, error) {
	if len(kinds) == 0 {
		kinds = Kinds()
	}
	var m Material
	for _, kind := range kinds {
		p, err := generate(kind)
		if err != nil {
			return Material{}, fmt.Errorf("make a key: %w", err)
		}
		m.pairs = append(m.pairs, p)
	}
	return m, nil
}

func generate(kind Kind) (pair, error) {
	switch kind {
	case Ed25519, Documents:
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return pair{}, err
		}
		return pair{kind: kind, kid: signed.KeyID(public), public: public, private: private.Seed()}, nil
	case Hybrid:
		private, err := signed.GenerateHybridKey()
		if err != nil {
			return pair{}, err
		}
		seed, err := private.Seed()
		return pair{kind: kind, kid: private.Public().KeyID(), public: private.Public().Bytes(), private: seed}, err
	case X25519:
		private, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return pair{}, err
		}
		public := private.PublicKey()
		return pair{kind: kind, kid: signed.SealingKeyID(public), public: public.Bytes(), private: private.Bytes()}, nil
	case RSA:
		private, err := rsa.GenerateKey(rand.Reader, rsaBits)
		if err != nil {
			return pair{}, err
		}
		public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
		if err != nil {
			return pair{}, err
		}
		return pair{
			kind: kind, kid: signed.RSAJWK(&private.PublicKey).KeyID,
			public: public, private: x509.MarshalPKCS1PrivateKey(private),
		}, nil
	}
	return pair{}, errKind()
}
