package signed

import (
	"encoding/base64"
	"fmt"
	"io"
)

// The length of a nonce in bytes. It bounds what the legacy RSA key signs on
// demand: nothing else that key signs is 16 to 32 bytes long, so a nonce can't
// be made to pass for an answer.
const (
	MinNonce = 16
	MaxNonce = 32
)

const maxNonceText = 44 // base64 with padding of MaxNonce bytes

// maxNonceRun is how many bytes of text in a row a nonce may hold: short answers
// are JSON texts of 16 bytes and more. 16 random bytes are text alone once in
// five million times.
const maxNonceRun = 15

// ParseNonce decodes the value of X-Nonce: standard base64 with padding, of
// MinNonce to MaxNonce bytes that are random and no text. Anything else is
// ErrMalformed.
func ParseNonce(text string) ([]byte, error) {
	nonce, n, err := decodeNonce(text)
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), nonce[:n]...), nil
}

// decodeNonce is ParseNonce without garbage: signing an answer checks with it.
func decodeNonce(text string) (nonce [maxNonceText]byte, n int, err error) {
	if len(text) > maxNonceText || !plain(text) {
		return nonce, 0, fmt.Errorf("nonce of %d characters: %w", len(text), ErrMalformed)
	}
	var given [maxNonceText]byte
	n, err = base64.StdEncoding.Strict().Decode(nonce[:], given[:copy(given[:], text)])
	if err != nil {
		return nonce, 0, fmt.Errorf("nonce is not base64: %w", ErrMalformed)
	}
	return nonce, n, CheckNonce(nonce[:n])
}

// CheckNonce refuses what is not of a nonce's length, and what could be an
// answer: whoever chooses the bytes that are signed would otherwise get a
// signature over {"is_session_valid":true}.
func CheckNonce(nonce []byte) error {
	if len(nonce) < MinNonce || len(nonce) > MaxNonce {
		return fmt.Errorf("nonce of %d bytes, not %d to %d: %w", len(nonce), MinNonce, MaxNonce, ErrMalformed)
	}
	run := 0
	for _, c := range nonce {
		if run++; c < '\t' || c > '\r' && c < ' ' || c > '~' {
			run = 0
		}
		if run > maxNonceRun {
			return fmt.Errorf("nonce is text, not random bytes: %w", ErrMalformed)
		}
	}
	return nil
}

// NewNonce makes a nonce of 24 bytes as X-Nonce carries it. It fails only when
// random does, also by giving nothing but text.
func NewNonce(random io.Reader) (string, error) {
	var nonce [24]byte
	for range 8 {
		if _, err := io.ReadFull(random, nonce[:]); err != nil {
			return "", fmt.Errorf("no randomness for a nonce: %w", err)
		}
		if CheckNonce(nonce[:]) == nil {
			return FormatNonce(nonce[:]), nil
		}
	}
	return "", fmt.Errorf("no randomness for a nonce, but text: %w", ErrMalformed)
}

// FormatNonce writes a nonce as X-Nonce carries it.
func FormatNonce(nonce []byte) string { return base64.StdEncoding.EncodeToString(nonce) }
