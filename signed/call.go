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
	// Counter is ctr, which rises with every call that a key signs: the server
	// refuses one that is not above all it has seen of this key, so that a recorded
	// call can't be sent again. 0 is none, as clients of the first version sent.
	// StartCounter says where a program begins.
	Counter int64
	// IssuedAt is iat, the client's clock in whole seconds. It is information,
	// for the log: a call is not refused by it, because the machines that need a
	// licence are often those with a wrong clock.
	IssuedAt time.Time
}

// SignCall makes the value of CallSignatureHeader: a detached JWS over exactly
// these body bytes. It has no kid: the server knows the key by the activation,
// or takes it from the client_public_key of the very call that activates.
func SignCall(key ed25519.PrivateKey, call Call, body []byte) (string, error) {
	if len(key) != ed25519.PrivateKeySize || call.IssuedAt.Unix() < 0 || call.Counter < 0 || call.Counter > MaxCounter {
		return "", fmt.Errorf("key, iat or ctr: %w", ErrMalformed)
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
	if call.Counter > 0 {
		head = appendNumber(head, "ctr", call.Counter)
	}
	head = append(head, '}')
	return signDetached(key, new([]byte), head, body), nil
}

// VerifyCall checks that the call was signed with this client's key for this
// method, path and nonce, and returns it with the client's clock and counter,
// which the caller has to judge. The nonce is the X-Nonce of the same request; a
// signed call without one is refused. It fails with ErrMismatch, ErrSignature,
// ErrType, ErrMalformed (also for a key of small order) or ErrTooLarge.
func VerifyCall(key ed25519.PublicKey, signature string, got Call, body []byte) (Call, error) {
	if err := checkOrder(key); err != nil {
		return Call{}, err
	}
	p, err := splitDetached(signature, body, TypeCall)
	if err != nil {
		return Call{}, err
	}
	if !ed25519.Verify(key, p.input, p.signature[:]) {
		return Call{}, ErrSignature
	}
	h := p.header
	if h.method != got.Method || h.path != got.Path || h.nonce != got.Nonce || h.nonce == "" {
		return Call{}, fmt.Errorf("method, path or nonce: %w", ErrMismatch)
	}
	if h.has.counter && h.counter == 0 {
		return Call{}, fmt.Errorf("a ctr of 0: %w", ErrMalformed)
	}
	got.Counter, got.IssuedAt = h.counter, time.Unix(h.issuedAt, 0).UTC()
	return got, nil
}

// MaxCounter is the largest counter.
const MaxCounter = 999_999_999_999_999

// latestStart leaves room for counting above what a clock can say.
const latestStart = 253_402_300_800_000 // the year 10000

// StartCounter is where a program's counter begins: the clock in milliseconds. So
// nothing has to be kept on disk, and the programs over one key seldom meet. A
// clock that is behind is no harm: the server's refusal says what to go on from.
func StartCounter(now time.Time) int64 {
	return min(max(now.UnixMilli(), 1), latestStart)
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
