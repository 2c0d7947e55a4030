package slascone

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/refusal"
	"chancery/signed"
)

// answer is a body on its way out.
type answer struct {
	status      int
	contentType string
	body        []byte
	constant    bool // the same bytes whoever asks: one RSA signature serves all
	keyed       bool // for who presented a full license key where no API key is asked for
}

const jsonType = "application/json"

// ok answers v as JSON.
func ok(v any) (answer, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{}, fmt.Errorf("slascone: an answer: %w", err)
	}
	return answer{status: http.StatusOK, contentType: jsonType, body: body}, nil
}

// sendJSON answers v.
func (a *API) sendJSON(w http.ResponseWriter, q *request, v any) error {
	body, err := ok(v)
	if err != nil {
		return err
	}
	return a.send(w, q.Request, q.principal, body)
}

// refused answers a business refusal, of whichever room: 409 with the protocol's
// number. Some carry figures, and are not the same for everybody.
func refused(r *refusal.Refusal) answer {
	body, _ := json.Marshal(struct { //nolint:errchkjson // plain strings
		ID      int    `json:"id"`
		Message string `json:"message"`
		Help    string `json:"help"`
	}{r.ID, r.Message, r.Help})
	out := answer{status: http.StatusConflict, contentType: jsonType, body: body, constant: r.IsConstant()}
	if r.Counter > 0 {
		out.body = append(strconv.AppendInt(append(bytes.TrimSuffix(out.body, []byte("}")), `,"counter":`...), r.Counter, 10), '}')
	}
	return out
}

// send signs an answer as the client asked and writes it. Nothing may change the
// bytes after that.
func (a *API) send(w http.ResponseWriter, r *http.Request, p identity.Principal, out answer) error {
	nonce, err := nonceOf(r)
	if err != nil {
		return err
	}
	if err := a.sign(w.Header(), r, p, nonce, out); err != nil {
		return err
	}
	w.Header()["Content-Type"] = []string{out.contentType}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(out.body))} // also where a proxy or an old client knows no chunks
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client is gone: nothing left to tell it
	return nil
}

// sign puts the signature over the body into the headers. An unauthenticated
// principal has a vendor only: its nonce is never signed by the RSA key, unless
// the answer is for a full license key, which proves as much.
func (a *API) sign(h http.Header, r *http.Request, p identity.Principal, nonce []byte, out answer) error {
	ctx := r.Context()
	if form := r.Header.Get(signed.AcceptSignatureHeader); form == signed.AcceptEd25519 || form == signed.AcceptEd25519Bound {
		said := signed.Response{IssuedAt: a.Clock.Now(), Status: out.status}
		if nonce != nil {
			said.Nonce = r.Header.Get(signed.NonceHeader)
		}
		if form == signed.AcceptEd25519Bound && nonce != nil && !isBusy(out.status) {
			said.Asked = boundTo(r)
		}
		jws, err := a.Signer.SignResponse(ctx, p.Vendor, p.Ed25519Key, signed.TrustedKeys(r.Header.Get(signed.TrustedKeysHeader)), said, out.body)
		if err != nil {
			return err
		}
		h[signed.SignatureHeader] = []string{jws}
		return nil
	}
	signature, err := a.rsa(r, p, out)
	if err != nil {
		return err
	}
	h.Set(signed.LegacySignatureHeader, base64.StdEncoding.EncodeToString(signature))
	if nonce == nil || p.ID.IsZero() && !out.keyed {
		return nil
	}
	if signature, err = a.Signer.SignRSANonce(ctx, p.Vendor, p.RSAKey, nonce); err != nil {
		return err
	}
	h.Set(signed.LegacyNonceSignatureHeader, base64.StdEncoding.EncodeToString(signature))
	return nil
}

func (a *API) rsa(r *http.Request, p identity.Principal, out answer) ([]byte, error) {
	if out.constant {
		return a.Signer.SignRSAConstant(r.Context(), p.Vendor, p.RSAKey, out.body)
	}
	return a.Signer.SignRSA(r.Context(), p.Vendor, p.RSAKey, out.body)
}

// nonceOf reads X-Nonce: 16 to 32 bytes in base64, so that what the RSA key
// signs for a client can never be an answer.
func nonceOf(r *http.Request) ([]byte, error) {
	text := r.Header.Get(signed.NonceHeader)
	if text == "" {
		return nil, nil
	}
	nonce, err := signed.ParseNonce(text)
	if err != nil {
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "invalid_nonce", Message: "The X-Nonce header is not 16 to 32 bytes in base64.",
			Help: "Send 16 to 32 random bytes, base64-encoded, new for every call.", Cause: err,
		}
	}
	return nonce, nil
}

// lastWord is how long it may take to say that a call took too long.
const lastWord = 2 * time.Second

// problem answers a fault, signed wherever the vendor is known. The request's id
// is in its header, so that the body of a refusal is constant.
func (a *API) problem(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil { // the call's time is over, and that is what is to be said
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), lastWord)
		defer cancel()
		r = r.WithContext(ctx)
	}
	p, known := edge.PrincipalFrom(r.Context())
	if !known {
		vendor, missing := a.vendor(r)
		if missing == nil {
			p.Vendor = vendor
		}
	}
	out := problemAnswer(err)
	edge.RetryAfter(w.Header(), err)
	if !p.Vendor.IsZero() {
		nonce, bad := nonceOf(r)
		if bad != nil {
			nonce = nil
		}
		busy := isBusy(out.status)
		if busy {
			// Turning a call away must cost no RSA signature: without an id the
			// principal's nonce is not signed, and the body is a constant.
			p.ID = ident.UUID{}
		}
		// What can't be signed goes out unsigned: no client takes it for an answer.
		if signErr := a.sign(w.Header(), r, p, nonce, out); signErr != nil && !busy {
			out = problemAnswer(signErr)
			edge.RetryAfter(w.Header(), signErr)
		}
	}
	w.Header()["Content-Type"] = []string{out.contentType}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client is gone: nothing left to tell it
}

// isBusy reports whether an answer turns a call away for want of room. It must cost
// nothing: the call's body is not read for it, and so it is bound to no request.
func isBusy(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// boundTo gives the hash of the request that is answered; "" where an answer can't be
// bound to it: its body did not come in full, or headers that a relay can add decide
// beside it what the server does.
func boundTo(r *http.Request) string {
	if r.Header.Get("Idempotency-Key") != "" {
		return ""
	}
	body, err := edge.WholeBody(r)
	if err != nil {
		return ""
	}
	return signed.Request{
		Method: r.Method, Path: signed.CallPath(r.URL.EscapedPath()), Query: r.URL.RawQuery,
		CallSignature: r.Header.Get(signed.CallSignatureHeader), Body: body,
	}.Hash()
}

func problemAnswer(err error) answer {
	p := edge.ProblemOf(err, "")
	body, _ := json.Marshal(p) //nolint:errchkjson // plain strings
	return answer{status: p.Status, contentType: "application/problem+json", body: body, constant: len(p.Errors) == 0 && p.Status != http.StatusBadRequest}
}

// principal gives who calls; every route of this surface has one.
func principal(r *http.Request) identity.Principal {
	p, _ := edge.PrincipalFrom(r.Context())
	return p
}
