package signed

import (
	"encoding/base64"
	"fmt"
)

// The length of a nonce in bytes. It bounds what the legacy RSA key signs on
// demand: nothing else that key signs is 16 to 32 bytes long, so a nonce can't
// be made to pass for an answer.
const (
	MinNonce = 16
	MaxNonce = 32
)

const maxNonceText = 44 // base64 with padding of MaxNonce bytes

// ParseNonce decodes the value of X-Nonce: standard base64 with padding, of
// MinNonce to MaxNonce bytes. Anything else is ErrMalformed.
func ParseNonce(text string) ([]byte, error) {
	if len(text) > maxNonceText || !plain(text) {
		return nil, fmt.Errorf("nonce of %d characters: %w", len(text), ErrMalformed)
	}
	nonce, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("nonce is not base64: %w", ErrMalformed)
	}
	if len(nonce) < MinNonce || len(nonce) > MaxNonce {
		return nil, fmt.Errorf("nonce of %d bytes, not %d to %d: %w", len(nonce), MinNonce, MaxNonce, ErrMalformed)
	}
	return nonce, nil
}

// FormatNonce writes a nonce as X-Nonce carries it.
func FormatNonce(nonce []byte) string { return base64.StdEncoding.EncodeToString(nonce) }
