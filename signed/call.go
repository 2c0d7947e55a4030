package signed

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"time"
)

// CallSignatureHeader carries the signature of a call by the client's own key.
const CallSignatureHeader = "Chancery-Client-Signature"

// TypeCall is the typ of a signed call.
const TypeCall = "chancery-call"

// A Call is what the signature of a call says beside its body.
type Call struct {
	Method string // htm, upper case
	Path   string // htu, as CallPath gives it
	Nonce  string // the X-Nonce of the same call; never empty
	// IssuedAt is iat, the client's clock in whole seconds. It is information,
	// for the log: a call is not refused by it, because the machines that need a
	// licence are often those with a wrong clock. What makes a call worthless to
	// whoever records it is that the client makes a new key with each activation:
	// an old unassign does not fit a later activation, and a repeated heartbeat
	// is answered for a nonce that nobody waits for.
	IssuedAt time.Time
}

// SignCall makes the value of CallSignatureHeader: a detached JWS over exactly
// these body bytes. It has no kid: the server knows the key by the activation,
// or takes it from the client_public_key of the very call that activates.
func SignCall(key ed25519.PrivateKey, call Call, body []byte) (string, error) {
	if len(key) != ed25519.PrivateKeySize || call.IssuedAt.Unix() < 0 {
		return "", fmt.Errorf("key or iat: %w", ErrMalformed)
	}
	if call.Method == "" || call.Path == "" || call.Nonce == "" ||
		!plain(call.Method) || !plain(call.Path) || !plain(call.Nonce) || len(call.Path) > 1024 {
		return "", fmt.Errorf("method, path or nonce: %w", ErrMalformed)
	}
	head := appendStart(nil, "", TypeCall)
	head = append(head, detachedMembers...)
	head = appendNumber(head, "iat", call.IssuedAt.Unix())
	head = appendText(head, "nonce", call.Nonce)
	head = appendText(head, "htm", call.Method)
	head = appendText(head, "htu", call.Path)
	head = append(head, '}')
	return signDetached(key, new([]byte), head, body), nil
}

// VerifyCall checks that the call was signed with this client's key for this
// method, path and nonce, and returns the client's clock. The nonce is the
// X-Nonce of the same request; a signed call without one is refused. It fails
// with ErrMismatch, ErrSignature, ErrType, ErrMalformed or ErrTooLarge.
func VerifyCall(key ed25519.PublicKey, signature string, got Call, body []byte) (time.Time, error) {
	if len(key) != ed25519.PublicKeySize {
		return time.Time{}, fmt.Errorf("client key of %d bytes: %w", len(key), ErrMalformed)
	}
	p, err := splitDetached(signature, body, TypeCall)
	if err != nil {
		return time.Time{}, err
	}
	if !ed25519.Verify(key, p.input, p.signature[:]) {
		return time.Time{}, ErrSignature
	}
	h := p.header
	if h.method != got.Method || h.path != got.Path || h.nonce != got.Nonce || h.nonce == "" {
		return time.Time{}, fmt.Errorf("method, path or nonce: %w", ErrMismatch)
	}
	return time.Unix(h.issuedAt, 0).UTC(), nil
}

// CallPath is the part of a URL path that is signed: from the first "/isv/" on,
// still escaped, so that a reverse proxy may serve the API below any prefix. A
// path without that part is taken whole.
func CallPath(escaped string) string {
	if i := strings.Index(escaped, "/isv/"); i >= 0 {
		return escaped[i:]
	}
	return escaped
}
