package signed

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
)

// A JWK is a public key as RFC 7517 writes it. There is no member for a private
// part, so none can be written or read by mistake.
type JWK struct {
	KeyType   string `json:"kty"`           // OKP, RSA or AKP
	Curve     string `json:"crv,omitempty"` // Ed25519 or X25519 (RFC 8037)
	X         string `json:"x,omitempty"`   // 32 bytes, base64url
	N         string `json:"n,omitempty"`   // modulus, base64url
	E         string `json:"e,omitempty"`   // exponent, base64url
	Use       string `json:"use,omitempty"` // sig, or enc for the key to seal to
	Algorithm string `json:"alg,omitempty"` // EdDSA, RS256 or MLKEM768-X25519
	Public    string `json:"pub,omitempty"` // of an AKP, base64url
	KeyID     string `json:"kid,omitempty"` // RFC 7638 thumbprint
}

// Ed25519JWK is a key that verifies documents and answers.
func Ed25519JWK(key ed25519.PublicKey) JWK {
	return JWK{KeyType: "OKP", Curve: "Ed25519", X: encode(key), Use: "sig", Algorithm: algorithm, KeyID: KeyID(key)}
}

// X25519JWK is a key to seal requests to.
func X25519JWK(key *ecdh.PublicKey) JWK {
	return JWK{KeyType: "OKP", Curve: "X25519", X: encode(key.Bytes()), Use: "enc", KeyID: SealingKeyID(key)}
}

// HybridJWK is a key to seal requests of version 2 to.
func HybridJWK(key *HybridKey) JWK {
	return JWK{KeyType: "AKP", Algorithm: hybridAlgorithm, Public: key.String(), Use: "enc", KeyID: key.KeyID()}
}

// RSAJWK is a key that verifies legacy signatures.
func RSAJWK(key *rsa.PublicKey) JWK {
	j := JWK{KeyType: "RSA", N: encode(key.N.Bytes()), E: encode(big.NewInt(int64(key.E)).Bytes()), Use: "sig", Algorithm: "RS256"}
	j.KeyID = j.Thumbprint()
	return j
}

// Thumbprint is the RFC 7638 thumbprint, 43 characters; empty for a kind of key
// that is not known here.
func (j JWK) Thumbprint() string {
	var canonical string // the required members in lexical order
	switch j.KeyType {
	case "OKP":
		canonical = `{"crv":` + quote(j.Curve) + `,"kty":"OKP","x":` + quote(j.X) + `}`
	case "RSA":
		canonical = `{"e":` + quote(j.E) + `,"kty":"RSA","n":` + quote(j.N) + `}`
	case "AKP":
		canonical = `{"alg":` + quote(j.Algorithm) + `,"kty":"AKP","pub":` + quote(j.Public) + `}`
	default:
		return ""
	}
	sum := sha256.Sum256([]byte(canonical))
	return encode(sum[:])
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) //nolint:errchkjson // a string never fails
	return string(quoted)
}

// Ed25519 returns the key, or ErrMalformed if it is of another kind, or one that CheckKey refuses.
func (j JWK) Ed25519() (ed25519.PublicKey, error) {
	x, err := j.curve("Ed25519", "sig")
	if err != nil {
		return nil, err
	}
	return x, CheckKey(x)
}

// X25519 returns the key, or ErrMalformed if it is of another kind, or one that CheckSealingKey refuses.
func (j JWK) X25519() (*ecdh.PublicKey, error) {
	x, err := j.curve("X25519", "enc")
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPublicKey(x)
	if err != nil {
		return nil, fmt.Errorf("JWK with a bad x: %w", ErrMalformed)
	}
	return key, CheckSealingKey(key)
}

// Hybrid returns the key, or ErrMalformed if it is of another kind.
func (j JWK) Hybrid() (*HybridKey, error) {
	if j.KeyType != "AKP" || j.Algorithm != hybridAlgorithm || j.Use != "" && j.Use != "enc" {
		return nil, fmt.Errorf("JWK is no %s key for enc: %w", hybridAlgorithm, ErrMalformed)
	}
	b, err := decode([]byte(j.Public))
	if err != nil {
		return nil, err
	}
	return NewHybridKey(b)
}

func (j JWK) curve(name, use string) ([]byte, error) {
	if j.KeyType != "OKP" || j.Curve != name || j.Use != "" && j.Use != use {
		return nil, fmt.Errorf("JWK is no %s key for %s: %w", name, use, ErrMalformed)
	}
	x, err := decode([]byte(j.X))
	if err != nil || len(x) != 32 {
		return nil, fmt.Errorf("JWK with a bad x: %w", ErrMalformed)
	}
	return x, nil
}

// RSA returns the key, or ErrMalformed if it is of another kind or not of 2048
// to 8192 bits.
func (j JWK) RSA() (*rsa.PublicKey, error) {
	if j.KeyType != "RSA" || j.Use != "" && j.Use != "sig" {
		return nil, fmt.Errorf("JWK is no RSA key for signatures: %w", ErrMalformed)
	}
	n, err := decode([]byte(j.N))
	if err != nil {
		return nil, err
	}
	e, err := decode([]byte(j.E))
	if err != nil {
		return nil, err
	}
	return rsaKey(n, e)
}

// readMember reads a member of a JWK. Others than ours are passed over, as RFC
// 7517 asks.
func readMember(j *JWK, s *scanner, name string) (err error) {
	to := map[string]*string{
		"kty": &j.KeyType, "crv": &j.Curve, "x": &j.X, "n": &j.N, "e": &j.E, "use": &j.Use, "alg": &j.Algorithm, "kid": &j.KeyID, "pub": &j.Public,
	}[name]
	if to == nil {
		return s.skip(1)
	}
	*to, err = s.text()
	return err
}

// rsaKey checks the numbers of a key from outside.
func rsaKey(n, e []byte) (*rsa.PublicKey, error) {
	if len(n) == 0 || n[0] == 0 || len(e) == 0 || e[0] == 0 { // RFC 7518, section 6.3.1: one way to write a number
		return nil, fmt.Errorf("RSA number with leading zeros: %w", ErrMalformed)
	}
	modulus := new(big.Int).SetBytes(n)
	exponent := new(big.Int).SetBytes(e)
	if bits := modulus.BitLen(); bits < 2048 || bits > 8192 {
		return nil, fmt.Errorf("RSA modulus of %d bits: %w", bits, ErrMalformed)
	}
	if exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, fmt.Errorf("RSA exponent: %w", ErrMalformed)
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}
