package signed

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
)

// base64url is RFC 7515's: no padding, and no two texts for the same bytes.
func base64url() *base64.Encoding { return base64.RawURLEncoding }

func encode(b []byte) string { return base64url().EncodeToString(b) }

// decode is strict where the standard library is lenient: no line breaks and no
// stray bits at the end, so that a signed text has exactly one form.
func decode(text []byte) ([]byte, error) {
	if bytes.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("line break in base64url: %w", ErrMalformed)
	}
	out, err := base64url().Strict().AppendDecode(make([]byte, 0, len(text)*3/4), text)
	if err != nil {
		return nil, fmt.Errorf("base64url: %w", ErrMalformed)
	}
	return out, nil
}

const encodedSignature = (ed25519.SignatureSize*8 + 5) / 6 // 86

// decodeSignature decodes into a fixed array, so that no garbage is made.
func decodeSignature(text []byte) (sig [ed25519.SignatureSize]byte, err error) {
	if len(text) != encodedSignature || bytes.ContainsAny(text, "\r\n") {
		return sig, fmt.Errorf("signature of %d characters, not %d: %w", len(text), encodedSignature, ErrMalformed)
	}
	if _, err := base64url().Strict().Decode(sig[:], text); err != nil {
		return sig, fmt.Errorf("signature: %w", ErrMalformed)
	}
	return sig, nil
}
