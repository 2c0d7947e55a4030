package signed

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// The headers of the SLASCONE v2 protocol's signatures.
const (
	LegacySignatureHeader      = "x-slascone-signature"
	LegacyNonceSignatureHeader = "X-Nonce-Signature"
)

// SignLegacy makes the value of LegacySignatureHeader over the exact body bytes:
// base64 of RSASSA-PKCS1-v1_5 with SHA-256. It costs over a millisecond.
//
// A body of MinNonce to MaxNonce bytes is refused with ErrMalformed: a signature
// over it could not be told from one over a nonce, which a client may choose.
func SignLegacy(key *rsa.PrivateKey, body []byte) (string, error) {
	if len(body) >= MinNonce && len(body) <= MaxNonce {
		return "", fmt.Errorf("body of %d bytes, as long as a nonce: %w", len(body), ErrMalformed)
	}
	return signRSA(key, body)
}

// SignLegacyNonce makes the value of LegacyNonceSignatureHeader: the same
// signature over the raw bytes of the nonce, which must be as ParseNonce gives it.
func SignLegacyNonce(key *rsa.PrivateKey, nonce []byte) (string, error) {
	if err := CheckNonce(nonce); err != nil {
		return "", err
	}
	return signRSA(key, nonce)
}

func signRSA(key *rsa.PrivateKey, message []byte) (string, error) {
	sum := sha256.Sum256(message)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("RSA: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// VerifyLegacy checks either signature over the message it was made for. It
// fails with ErrMalformed or ErrSignature.
func VerifyLegacy(key *rsa.PublicKey, message []byte, signature string) error {
	if len(signature) > 2048 {
		return fmt.Errorf("signature of %d characters: %w", len(signature), ErrTooLarge)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || strings.ContainsAny(signature, "\r\n") {
		return fmt.Errorf("signature is not base64: %w", ErrMalformed)
	}
	sum := sha256.Sum256(message)
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw) != nil {
		return ErrSignature
	}
	return nil
}
