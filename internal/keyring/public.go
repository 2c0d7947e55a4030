package keyring

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"chancery/internal/ident"
	"chancery/signed"
)

// Public is the public half of a vendor's newest key of each kind.
type Public struct {
	Ed25519    ed25519.PublicKey
	Ed25519Key ident.SigningKeyID
	RSA        *rsa.PublicKey
	RSAKey     ident.SigningKeyID
	X25519     *ecdh.PublicKey
	Documents  ed25519.PublicKey // nil for a vendor that has none yet
	Hybrid     *signed.HybridKey // nil for a vendor that has none yet
}

// PEM is the RSA key as C++ and Java clients pin it.
func (p Public) PEM() ([]byte, error) {
	return signed.RSAPublicKeyPEM(p.RSA)
}

// XML is the RSA key as .NET reads it.
func (p Public) XML() []byte { return signed.RSAPublicKeyXML(p.RSA) }

// add puts a key's public half into p.
func add(p *Public, id ident.SigningKeyID, kind Kind, public []byte) error {
	switch kind {
	case Ed25519:
		p.Ed25519, p.Ed25519Key = public, id
	case RSA:
		key, err := parseRSA(public)
		if err != nil {
			return err
		}
		p.RSA, p.RSAKey = key, id
	case X25519:
		key, err := ecdh.X25519().NewPublicKey(public)
		if err != nil {
			return fmt.Errorf("a stored X25519 key: %w", err)
		}
		p.X25519 = key
	case Documents:
		p.Documents = public
	case Hybrid:
		key, err := signed.NewHybridKey(public)
		if err != nil {
			return fmt.Errorf("a stored hybrid key: %w", err)
		}
		p.Hybrid = key
	}
	return nil
}

func parseRSA(public []byte) (*rsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("a stored RSA key: %w", err)
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("a stored RSA key is a %T", parsed)
	}
	return key, nil
}

// jwk is the public half as JWK sets list it.
func jwk(k Key) (signed.JWK, error) {
	var p Public
	if err := add(&p, k.ID, k.Kind, k.Public); err != nil {
		return signed.JWK{}, err
	}
	switch k.Kind {
	case RSA:
		return signed.RSAJWK(p.RSA), nil
	case X25519:
		return signed.X25519JWK(p.X25519), nil
	case Hybrid:
		return signed.HybridJWK(p.Hybrid), nil
	case Documents:
		return signed.Ed25519JWK(p.Documents), nil
	default:
		return signed.Ed25519JWK(p.Ed25519), nil
	}
}
