package signed

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"time"
)

// The headers of a signed answer. A client asks with AcceptSignatureHeader:
// AcceptEd25519 and sends its nonce in NonceHeader; the answer brings the
// signature in SignatureHeader.
const (
	AcceptSignatureHeader = "Chancery-Accept-Signature"
	AcceptEd25519         = "ed25519"
	NonceHeader           = "X-Nonce"
	SignatureHeader       = "Chancery-Signature"

	// TrustedKeysHeader names the keys that the client takes, by kid, with commas
	// between, at most MaxTrustedKeys: the server signs with the newest that it has.
	TrustedKeysHeader = "Chancery-Trusted-Keys"
)

// MaxTrustedKeys is how many keys a call may name in TrustedKeysHeader.
const MaxTrustedKeys = 16

// TrustedKeys reads the value of TrustedKeysHeader, of which anything may come: kids that are
// none name no key.
func TrustedKeys(text string) []string {
	if text == "" {
		return nil
	}
	kids := strings.SplitN(text, ",", MaxTrustedKeys+1)
	kids = kids[:min(len(kids), MaxTrustedKeys)]
	for i := range kids {
		kids[i] = strings.TrimSpace(kids[i])
	}
	return kids
}

// TypeResponse is the typ of a signed answer.
const TypeResponse = "chancery-response"

// A Response is what the signature of an answer says beside its body.
type Response struct {
	KeyID    string            // kid; filled in by verifying, ignored by signing
	IssuedAt time.Time         // iat, whole seconds: when the server answered
	Nonce    string            // as the client sent it in X-Nonce; empty: none
	Status   int               // the HTTP status, 100 to 599
	Next     ed25519.PublicKey // the key that will follow this one; nil: none announced
}

// SignResponse makes the value of SignatureHeader: a detached JWS (RFC 7515
// appendix F, RFC 7797) over exactly these body bytes. The nonce must be as
// ParseNonce takes it: it is the server's to check that first. Signing is the
// hot path of the server: it makes one allocation, the string.
func (s *Signer) SignResponse(r Response, body []byte) (string, error) {
	if !plain(r.Nonce) || len(r.Nonce) > maxNonceText {
		return "", fmt.Errorf("nonce: %w", ErrMalformed)
	}
	if r.Status < 100 || r.Status > 599 {
		return "", fmt.Errorf("status %d: %w", r.Status, ErrMalformed)
	}
	if r.IssuedAt.Unix() < 0 {
		return "", fmt.Errorf("iat before 1970: %w", ErrMalformed)
	}
	var space [512]byte
	head := appendStart(space[:0], s.kid, TypeResponse)
	head = append(head, detachedMembers...)
	head = appendNumber(head, "iat", r.IssuedAt.Unix())
	if r.Nonce != "" {
		head = appendText(head, "nonce", r.Nonce)
	}
	head = appendNumber(head, "status", int64(r.Status))
	if r.Next != nil {
		if len(r.Next) != ed25519.PublicKeySize {
			return "", fmt.Errorf("next key of %d bytes: %w", len(r.Next), ErrMalformed)
		}
		head = append(head, `,"next":{"kid":"`...)
		head = append(head, KeyID(r.Next)...)
		head = append(head, `","x":"`...)
		head = base64url().AppendEncode(head, r.Next)
		head = append(head, `"}`...)
	}
	head = append(head, '}')

	scratch := s.scratch.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put into it
	jws := signDetached(s.key, scratch, head, body)
	if cap(*scratch) <= 64<<10 { // do not keep the memory of a rare giant
		s.scratch.Put(scratch)
	}
	return jws, nil
}

// VerifyResponse checks an answer just received: signed by one of these keys,
// for this nonce and this status. Any other answer, also an older one played
// back, is an error: ErrMismatch, ErrSignature, ErrUnknownKey, ErrType,
// ErrMalformed or ErrTooLarge. The nonce may not be empty.
func (k KeySet) VerifyResponse(signature string, body []byte, nonce string, status int) (Response, error) {
	r, err := k.VerifyStoredResponse(signature, body)
	if err != nil {
		return Response{}, err
	}
	if nonce == "" || r.Nonce != nonce {
		return Response{}, fmt.Errorf("nonce: %w", ErrMismatch)
	}
	if r.Status != status {
		return Response{}, fmt.Errorf("status %d came with a signature for %d: %w", status, r.Status, ErrMismatch)
	}
	return r, nil
}

// VerifyStoredResponse checks an answer that was kept: its nonce proved it fresh
// when it came and proves nothing now, so the caller has to judge its age. The
// signature says which status it came with.
func (k KeySet) VerifyStoredResponse(signature string, body []byte) (Response, error) {
	p, err := splitDetached(signature, body, TypeResponse)
	if err != nil {
		return Response{}, err
	}
	if !p.header.has.kid || !p.header.has.status {
		return Response{}, fmt.Errorf("answer without kid or status: %w", ErrMalformed)
	}
	if err := k.verify(p.header.kid, p.input, p.signature[:]); err != nil {
		return Response{}, err
	}
	return Response{
		KeyID:    p.header.kid,
		IssuedAt: time.Unix(p.header.issuedAt, 0).UTC(),
		Nonce:    p.header.nonce,
		Status:   int(p.header.status),
		Next:     p.header.next,
	}, nil
}
