package keyring

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"

	"chancery/internal/ident"
	"chancery/signed"
)

// SignRSA signs the exact body of an answer, RSASSA-PKCS1-v1_5 with SHA-256, 256
// bytes. key zero means the vendor's newest. It waits for a free slot of a
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
	found, _, err := r.find(RSA, id)
	return found, err
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

// SignResponse makes the detached JWS over the exact body of an answer. key zero
// means the vendor's newest; r.Next is filled in with the newest when an older
// one answers.
func (k *Keyring) SignResponse(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, r signed.Response, body []byte) (string, error) {
	signer, next, err := k.signer(ctx, vendor, key)
	if err != nil {
		return "", err
	}
	if next != nil {
		r.Next = next.public
	}
	return signer.SignResponse(r, body)
}

// SignDocument makes a signed document of one of the types in package signed.
func (k *Keyring) SignDocument(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID, typ string, payload []byte) ([]byte, error) {
	signer, _, err := k.signer(ctx, vendor, key)
	if err != nil {
		return nil, err
	}
	return signer.SignDocument(typ, payload)
}

func (k *Keyring) signer(ctx context.Context, vendor ident.VendorID, key ident.SigningKeyID) (*signed.Signer, *ringKey, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return nil, nil, err
	}
	found, next, err := r.find(Ed25519, key)
	if err != nil {
		return nil, nil, err
	}
	s, err := found.private.signer()
	return s, next, err
}

// OpenRequest reads a request that was sealed to one of the vendor's keys in
// use; its errors are those of package signed.
func (k *Keyring) OpenRequest(ctx context.Context, vendor ident.VendorID, request signed.Sealed) ([]byte, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return nil, err
	}
	for _, key := range r.keys {
		if key.kind != X25519 || key.kid != request.KeyID {
			continue
		}
		private, err := key.private.x25519()
		if err != nil {
			return nil, err
		}
		return request.Open(private)
	}
	return nil, signed.ErrUnknownKey
}
