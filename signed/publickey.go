package signed

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"math/big"
	"strings"
)

const maxKeyText = 16 << 10 // bytes of a key in PEM or XML

// FormatKey writes an Ed25519 key as configuration and client_public_key carry
// it: base64url without padding of the 32 bytes, 43 characters.
func FormatKey(key ed25519.PublicKey) string { return encode(key) }

// ParseKey reads what FormatKey writes, or a JWK with the same key, since that
// is what people copy. Anything else, and what CheckKey refuses, is ErrMalformed.
func ParseKey(text string) (ed25519.PublicKey, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		key, err := ParseJWK([]byte(text))
		if err != nil {
			return nil, err
		}
		return key.Ed25519()
	}
	if len(text) != 43 {
		return nil, fmt.Errorf("public key of %d characters, not 43: %w", len(text), ErrMalformed)
	}
	key, err := decode([]byte(text))
	if err != nil {
		return nil, err
	}
	return key, CheckKey(key)
}

// RSAPublicKeyPEM writes a key as "PUBLIC KEY" (RFC 5280 SubjectPublicKeyInfo),
// the form that C++ and Java clients pin.
func RSAPublicKeyPEM(key *rsa.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("RSA public key: %w", ErrMalformed)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// ParseRSAPublicKeyPEM reads one "PUBLIC KEY" block of at most 16 KB holding an
// RSA key of 2048 to 8192 bits, with nothing but white space around it. Lines may
// have any length.
func ParseRSAPublicKeyPEM(data []byte) (*rsa.PublicKey, error) {
	if len(data) > maxKeyText {
		return nil, fmt.Errorf("PEM of %d bytes: %w", len(data), ErrTooLarge)
	}
	data = trimLines(bytes.TrimSpace(data))
	block, rest := pem.Decode(data)
	if block == nil || len(rest) > 0 || !bytes.Equal(joinPEM(data), joinPEM(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: block.Bytes}))) {
		return nil, fmt.Errorf("not one PUBLIC KEY block: %w", ErrMalformed)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("PUBLIC KEY: %w", ErrMalformed)
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("PUBLIC KEY is not RSA: %w", ErrMalformed)
	}
	if again, err := x509.MarshalPKIXPublicKey(key); err != nil || !bytes.Equal(again, block.Bytes) {
		return nil, fmt.Errorf("PUBLIC KEY is not DER: %w", ErrMalformed)
	}
	return rsaKey(key.N.Bytes(), big.NewInt(int64(key.E)).Bytes())
}

// joinPEM joins the lines of a block, whose length differs from tool to tool.
func joinPEM(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), nil) }

type rsaKeyValue struct {
	XMLName  xml.Name `xml:"RSAKeyValue"`
	Modulus  string
	Exponent string
}

// RSAPublicKeyXML writes a key as .NET's RSA.FromXmlString reads it.
func RSAPublicKeyXML(key *rsa.PublicKey) []byte {
	std := base64.StdEncoding
	return []byte("<RSAKeyValue><Modulus>" + std.EncodeToString(key.N.Bytes()) + "</Modulus><Exponent>" +
		std.EncodeToString(big.NewInt(int64(key.E)).Bytes()) + "</Exponent></RSAKeyValue>")
}

// ParseRSAPublicKeyXML reads what .NET's RSA.ToXmlString writes, of at most 16
// KB, with a key of 2048 to 8192 bits. A private part in it is not looked at.
func ParseRSAPublicKeyXML(data []byte) (*rsa.PublicKey, error) {
	if len(data) > maxKeyText {
		return nil, fmt.Errorf("RSAKeyValue of %d bytes: %w", len(data), ErrTooLarge)
	}
	var value rsaKeyValue
	if err := xml.Unmarshal(data, &value); err != nil { //nolint:musttag // the element names are the fields'
		return nil, fmt.Errorf("RSAKeyValue: %w", ErrMalformed)
	}
	n, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(value.Modulus), ""))
	if err != nil {
		return nil, fmt.Errorf("modulus: %w", ErrMalformed)
	}
	e, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(value.Exponent), ""))
	if err != nil {
		return nil, fmt.Errorf("exponent: %w", ErrMalformed)
	}
	return rsaKey(n, e)
}

// FormatSealingKey writes an X25519 key as configuration carries it: base64url without
// padding of the 32 bytes, 43 characters.
func FormatSealingKey(key *ecdh.PublicKey) string { return encode(key.Bytes()) }

// ParseSealingKey reads what FormatSealingKey writes, or a JWK with the same key. Anything
// else, and what CheckSealingKey refuses, is ErrMalformed.
func ParseSealingKey(text string) (*ecdh.PublicKey, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		key, err := ParseJWK([]byte(text))
		if err != nil {
			return nil, err
		}
		return key.X25519()
	}
	raw, err := decode([]byte(text))
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, fmt.Errorf("sealing key of %d bytes: %w", len(raw), ErrMalformed)
	}
	return key, CheckSealingKey(key)
}
