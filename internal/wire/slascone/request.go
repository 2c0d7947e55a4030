package slascone

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/signed"
)

// Bounds of what a client says of itself, in bytes.
const (
	maxID   = 256
	maxName = 256
	maxText = 1024
	maxTags = 32
)

// request is a call with its nonce checked and its body read.
type request struct {
	*http.Request

	principal identity.Principal
	body      []byte
	guess     []string // what the call names and does not prove; nil for nothing
	guessable bool     // the key that it presents could be guessed

	place *budget.Subject // by which an activation asks for a place; nil for no bound
	unfit error           // says that the body holds a text that can't be kept: see edge.ParseTexts
	wrong fault.Fields
}

// read checks the nonce before anything is done, reads the body, and decodes it.
func read(r *http.Request, into any) (*request, error) {
	if _, err := nonceOf(r); err != nil {
		return nil, err
	}
	body, err := edge.ReadBody(r)
	if err != nil {
		return nil, err
	}
	unfit, err := edge.ParseTexts(body, into)
	if err != nil {
		return nil, err
	}
	return &request{Request: r, principal: principal(r), body: body, unfit: unfit}, nil
}

// asked is read with what the body must hold checked.
func asked(r *http.Request, into any, check func(q *request)) (*request, error) {
	q, err := read(r, into)
	if err != nil {
		return nil, err
	}
	check(q)
	return q, q.bad()
}

// proof verifies the call's own signature, if it has one, when licensing asks.
func (r *request) proof() licensing.Proof {
	signature := r.Header.Get(signed.CallSignatureHeader)
	if signature == "" {
		return nil
	}
	call := signed.Call{Method: r.Method, Path: signed.CallPath(r.URL.EscapedPath()), Nonce: r.Header.Get(signed.NonceHeader)}
	// Rules ask about the same key several times, and verifying is what costs.
	var last []byte
	var found signed.Call
	var failed error
	return func(publicKey []byte) (int64, bool) {
		if last == nil || !bytes.Equal(last, publicKey) {
			found, failed = signed.VerifyCall(publicKey, signature, call, r.body)
			last = bytes.Clone(publicKey)
		}
		return found.Counter, failed == nil
	}
}

// required checks a text that must be there; text one that may be.
func (r *request) required(name, value string, limit int) {
	r.wrong.Check(strings.TrimSpace(value) != "", name, "is required")
	r.text(name, value, limit)
}

func (r *request) text(name, value string, limit int) {
	r.wrong.Check(len(value) <= limit, name, "is too long")
	r.wrong.Check(strings.IndexFunc(value, unicode.IsControl) < 0, name, "must not hold control characters")
	r.wrong.Check(utf8.ValidString(value), name, "must be valid Unicode")
}

// id is text for what tells a client, a user or a group from others. It gives "" for an id
// that shows nothing: who sends one is refused as if there were none.
func (r *request) id(name, value string) string {
	if entry.Blank(value) {
		r.excuse(value)
		return ""
	}
	r.text(name, value, maxID)
	return value
}

// key checks a key that must be there: anything else than nothing is read, and what is
// no key is refused as an unknown one.
func (r *request) key(name, value string) {
	r.wrong.Check(value != "", name, "is required")
	r.excuse(value)
}

// excuse lets a text be what can't be kept: its value is read, and not kept.
func (r *request) excuse(value string) {
	if strings.ContainsAny(value, unfit) {
		r.unfit = nil
	}
}

// unfit is what stands in texts of a body that can't be kept.
const unfit = "\x00\ufffd"

// bad says what is wrong with the call; nil for nothing.
func (r *request) bad() error { return cmp.Or(r.unfit, r.wrong.Err()) }

// refuse is bad for a call that may present a token key: errNoKey where it
// presents something else.
func (r *request) refuse(k sentKey) error {
	r.excuse(k.odd)
	if err := r.bad(); err != nil {
		return err
	}
	if k.sent && k.IsZero() {
		return errNoKey
	}
	return nil
}

// errNoKey is answered as an unknown key.
var errNoKey = errors.New("slascone: what a call presents as a key is none")

// sentKey is a token key that a call presents; zero where it presents none, or what is
// no key.
type sentKey struct {
	ident.UUID

	sent bool
	odd  string // as it came, where the body holds what can't be kept
}

// UnmarshalJSON reads a key in every spelling. null and "" are none.
func (k *sentKey) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		k.sent = true // an object, a number: no key
		return nil    //nolint:nilerr // refused as a key, not as a body
	}
	if strings.ContainsAny(text, unfit) {
		k.odd = text
	}
	k.sent, k.UUID = text != "", entry.Key(text).UUID
	return nil
}

func (r *request) uuid(name string, value ident.UUID) {
	r.wrong.Check(!value.IsZero(), name, "is required")
}

func (r *request) list(name string, n, limit int) {
	r.wrong.Check(n <= limit, name, "has too many entries")
}
