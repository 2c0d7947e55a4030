package keyring

import (
	"bytes"
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
	hybrid func() (*signed.HybridPrivateKey, error)
}

// once keeps what open gives. A failure is not kept: the master key that is missing
// now may be there at the next call.
func once[T any](open func() (T, error)) func() (T, error) {
	var mu sync.Mutex
	var kept T
	var done bool
	return func() (T, error) {
		mu.Lock()
		defer mu.Unlock()
		if done {
			return kept, nil
		}
		made, err := open()
		if err == nil {
			kept, done = made, true
		}
		return made, err
	}
}

// opened keeps private keys over reloads of the rings: the change counter rises
// often, a pair never changes, and reading an RSA key costs as much as signing.
type opened struct {
	mu    sync.Mutex
	byKID map[string]kept
}

// kept is a private key, and the sealed value that it is or will be read from: after
// a rotation of the master key another one, which may be the only one that opens.
type kept struct {
	*private

	sealed []byte
}

const maxOpened = 30_000

func (o *opened) get(key Key, open func() *private) *private {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.byKID[key.KID]; p.private != nil && bytes.Equal(p.sealed, key.Sealed) {
		return p.private
	}
	if o.byKID == nil || len(o.byKID) >= maxOpened {
		o.byKID = map[string]kept{}
	}
	p := open()
	o.byKID[key.KID] = kept{p, key.Sealed}
	return p
}

// forget drops a key that is out of use.
func (o *opened) forget(kid string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.byKID, kid)
}

func (k *Keyring) unseal(vendor ident.UUID, key Key) *private {
	open := func() ([]byte, error) { return k.sealer.Open(Purpose(vendor, key.Kind, key.KID), key.Sealed) }
	return &private{
		signer: once(func() (*signed.Signer, error) {
			seed, err := open()
			if err != nil {
				return nil, err
			}
			if len(seed) != ed25519.SeedSize {
				return nil, errSealed()
			}
			return signed.NewSigner(ed25519.NewKeyFromSeed(seed))
		}),
		rsa: once(func() (*rsa.PrivateKey, error) {
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
		x25519: once(func() (*ecdh.PrivateKey, error) {
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
		hybrid: once(func() (*signed.HybridPrivateKey, error) {
			seed, err := open()
			if err != nil {
				return nil, err
			}
			return signed.NewHybridPrivateKey(seed)
		}),
	}
}
