package keyring

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"sync"

	"chancery/internal/ident"
	"chancery/signed"
)

// private is a private key, unsealed when it is first used.
type private struct {
	signer func() (*signed.Signer, error)
	rsa    func() (*rsa.PrivateKey, error)
	x25519 func() (*ecdh.PrivateKey, error)
}

// opened keeps private keys over reloads of the rings: the change counter rises
// often, a pair never changes, and reading an RSA key costs as much as signing.
type opened struct {
	mu    sync.Mutex
	byKID map[string]*private
}

const maxOpened = 30_000

func (o *opened) get(kid string, open func() *private) *private {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.byKID[kid]; p != nil {
		return p
	}
	if o.byKID == nil || len(o.byKID) >= maxOpened {
		o.byKID = map[string]*private{}
	}
	p := open()
	o.byKID[kid] = p
	return p
}

func (k *Keyring) unseal(vendor ident.UUID, key Key) *private {
	open := func() ([]byte, error) { return k.sealer.Open(keyPurpose(vendor, key.Kind, key.KID), key.Sealed) }
	return &private{
		signer: sync.OnceValues(func() (*signed.Signer, error) {
			seed, err := open()
			if err != nil {
				return nil, err
			}
			if len(seed) != ed25519.SeedSize {
				return nil, errSealed()
			}
			return signed.NewSigner(ed25519.NewKeyFromSeed(seed))
		}),
		rsa: sync.OnceValues(func() (*rsa.PrivateKey, error) {
			der, err := open()
			if err != nil {
				return nil, err
			}
			parsed, err := x509.ParsePKCS1PrivateKey(der)
			if err != nil {
				return nil, fmt.Errorf("a stored RSA key: %w", err)
			}
			return parsed, nil
		}),
		x25519: sync.OnceValues(func() (*ecdh.PrivateKey, error) {
			b, err := open()
			if err != nil {
				return nil, err
			}
			parsed, err := ecdh.X25519().NewPrivateKey(b)
			if err != nil {
				return nil, fmt.Errorf("a stored X25519 key: %w", err)
			}
			return parsed, nil
		}),
	}
}
