package keyring

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/signed"
)

// SignRSA signs the exact body of an answer, RSASSA-PKCS1-v1_5 with SHA-256, 256
// bytes. key zero means the oldest that programs pin. It waits for a free slot of a
// bounded pool; with its queue full it is Throttled. A body as long as a nonce
// is refused: a signature over it would pass for one over a nonce.
//
// The caller must not change what it gets.
func (k *Keyring) SignRSA(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, body []byte) ([]byte, error) {
	if nonceLength(body) {
		return nil, fmt.Errorf("keyring: an answer of %d bytes is as long as a nonce: %w", len(body), signed.ErrMalformed)
	}
	found, err := k.rsaKey(ctx, vendor, key)
	if err != nil {
		return nil, err
	}
	return k.signRSA(ctx, found, body)
}

// SignRSANonce signs a client's nonce; what signed.CheckNonce refuses is an error.
func (k *Keyring) SignRSANonce(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, nonce []byte) ([]byte, error) {
	if err := signed.CheckNonce(nonce); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	found, err := k.rsaKey(ctx, vendor, key)
	if err != nil {
		return nil, err
	}
	return k.signRSA(ctx, found, nonce)
}

// SignRSAConstant is SignRSA for a body that is always the same, a refusal: its
// signature is made once and kept. Never give it what a caller can vary.
func (k *Keyring) SignRSAConstant(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, body []byte) ([]byte, error) {
	if nonceLength(body) {
		return nil, fmt.Errorf("keyring: an answer of %d bytes is as long as a nonce: %w", len(body), signed.ErrMalformed)
	}
	found, err := k.rsaKey(ctx, vendor, key)
	if err != nil {
		return nil, err
	}
	return k.constants.get(found.kid, body, func() ([]byte, error) { return k.signRSA(ctx, found, body) })
}

func nonceLength(b []byte) bool { return len(b) >= signed.MinNonce && len(b) <= signed.MaxNonce }

func (k *Keyring) rsaKey(ctx context.Context, vendor ident.VendorID, id ident.SigningKeyID) (*ringKey, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return nil, err
	}
	return r.find(RSA, id)
}

func (k *Keyring) signRSA(ctx context.Context, key *ringKey, message []byte) (signature []byte, err error) {
	private, err := key.private.rsa()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(message)
	err = k.pool.do(ctx, func() error {
		signature, err = rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
		return err
	})
	return signature, err
}

// RSAKey finds the RSA key in use with this kid.
func (k *Keyring) RSAKey(ctx context.Context, vendor ident.VendorID, kid string) (ident.SigningKeyID, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return 0, err
	}
	found := r.trusted(RSA, []string{kid})
	if found == nil {
		return 0, fault.Missing("signing_key")
	}
	return found.id, nil
}

// SignResponse makes the detached JWS over the exact body of an answer, with the
// newest key among the kids that the client trusts; where none of them is in use, or
// it names none, with key. key zero means the oldest that programs pin. r.Next is
// filled in with the key that followed the one which signs.
func (k *Keyring) SignResponse(
	ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, trusted []string, r signed.Response, body []byte,
) (string, error) {
	ring, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return "", err
	}
	found := ring.trusted(Ed25519, trusted)
	if found == nil {
		if found, err = ring.find(Ed25519, key); err != nil {
			return "", err
		}
	}
	if next := ring.successor(found); next != nil {
		r.Next = next.public
	}
	signer, err := found.private.signer()
	if err != nil {
		return "", err
	}
	return signer.SignResponse(r, body)
}

// SignDocument makes a signed document of one of the types in package signed. key
// zero means the vendor's newest: who reads documents asks for the keys in use.
func (k *Keyring) SignDocument(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, typ string, payload []byte) ([]byte, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return nil, err
	}
	var found *ringKey
	if key == 0 {
		found, err = r.newest(Ed25519)
	} else {
		found, err = r.find(Ed25519, key)
	}
	if err != nil {
		return nil, err
	}
	signer, err := found.private.signer()
	if err != nil {
		return nil, err
	}
	return signer.SignDocument(typ, payload)
}

// OpenRequest reads a request that was sealed to one of the vendor's keys, retired ones
// too until they are destroyed; its errors are those of package signed.
func (k *Keyring) OpenRequest(ctx context.Context, vendor ident.VendorID, request signed.Sealed) ([]byte, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Concat(r.keys, r.closing) {
		switch {
		case key.kid != request.KeyID:
		case key.kind == X25519:
			private, err := key.private.x25519()
			if err != nil {
				return nil, err
			}
			return request.Open(private)
		case key.kind == Hybrid:
			private, err := key.private.hybrid()
			if err != nil {
				return nil, err
			}
			return request.OpenHybrid(private)
		}
	}
	return nil, signed.ErrUnknownKey
}
