package signed

import (
	"crypto/sha256"
	"io"
)

// A Request is what an answer of version 2 is bound to: all that decides what a
// server does with a call of an installation.
type Request struct {
	Method        string // upper case
	Path          string // as CallPath gives it
	Query         string // what stands behind the "?" as sent, without it
	CallSignature string // the value of CallSignatureHeader as sent; empty: none
	Body          []byte // the exact bytes
}

// Hash is the req of an answer: base64url of the SHA-256 over method, path, query
// and call signature, a line feed behind each, and the body. A line feed can't
// stand in any of the four, so that no two requests have the same text. The call
// signature is in it so that nobody can take it off a call, or put another one
// in, and have the refusal believed.
func (r Request) Hash() string {
	h := sha256.New()
	for _, line := range [...]string{requestStart, r.Method, r.Path, r.Query, r.CallSignature} {
		_, _ = io.WriteString(h, line)
		_, _ = h.Write([]byte{'\n'})
	}
	_, _ = h.Write(r.Body)
	return encode(h.Sum(nil))
}

const requestStart = "chancery request v2"
