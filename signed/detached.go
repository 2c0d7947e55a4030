package signed

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"strings"
)

// signDetached makes header..signature over header.body (RFC 7515 appendix F
// with RFC 7797): the body travels beside it, byte for byte.
func signDetached(key ed25519.PrivateKey, scratch *[]byte, head, body []byte) string {
	input := base64url().AppendEncode((*scratch)[:0], head)
	encoded := len(input)
	input = append(input, '.')
	input = append(input, body...)
	*scratch = input

	var signature [encodedSignature]byte
	base64url().Encode(signature[:], ed25519.Sign(key, input))

	var out strings.Builder
	out.Grow(encoded + 2 + len(signature))
	out.Write(input[:encoded])
	out.WriteString("..")
	out.Write(signature[:])
	return out.String()
}

type detachedParts struct {
	header    header
	input     []byte
	signature [ed25519.SignatureSize]byte
}

func splitDetached(jws string, body []byte, typ string) (p detachedParts, err error) {
	if len(jws) > maxHeader+2+encodedSignature {
		return p, fmt.Errorf("signature of %d characters: %w", len(jws), ErrTooLarge)
	}
	head, signature, ok := bytes.Cut([]byte(jws), []byte(".."))
	if !ok {
		return p, fmt.Errorf("no detached JWS: %w", ErrMalformed)
	}
	if p.header, err = decodeHeader(head); err != nil {
		return p, err
	}
	if p.header.typ != typ {
		return p, fmt.Errorf("a %.64q: %w", p.header.typ, ErrType)
	}
	if !p.header.detached || !p.header.has.iat {
		return p, fmt.Errorf("header is not a %s's: %w", typ, ErrMalformed)
	}
	if p.signature, err = decodeSignature(signature); err != nil {
		return p, err
	}
	p.input = make([]byte, 0, len(head)+1+len(body))
	p.input = append(p.input, head...)
	p.input = append(p.input, '.')
	p.input = append(p.input, body...)
	return p, nil
}
