package slascone

import (
	"net/http"
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/entry"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// sessionStatus is the answer to session/open, field by field as in
// docs/floating.md; is_overuse is ours.
type sessionStatus struct {
	IsValid         bool    `json:"is_session_valid"`
	ValidUntil      instant `json:"session_valid_until"`
	Created         instant `json:"session_created_date"`
	Modified        instant `json:"session_modified_date"`
	MaxOpenSessions int64   `json:"max_open_session_count"`
	MaxActive       int64   `json:"max_active_client_count"` // of clients with a session: each has one at least
	IsOveruse       bool    `json:"is_overuse"`
}

func statusOf(s floating.Status) sessionStatus {
	return sessionStatus{
		IsValid: true, ValidUntil: instant(s.Session.ValidUntil), Created: instant(s.Session.OpenedAt), Modified: instant(s.Session.RenewedAt),
		MaxOpenSessions: s.Limit, MaxActive: s.Limit, IsOveruse: s.Session.IsOveruse,
	}
}

type sessionBody struct {
	LicenseID      string  `json:"license_id"`
	ClientID       string  `json:"client_id"`
	SessionID      string  `json:"session_id"`
	UserID         string  `json:"user_id"`
	CheckoutPeriod minutes `json:"checkout_period"`
}

// readCall reads the body that opening and closing share.
func (a *API) readCall(r *http.Request) (*request, floating.Call, error) {
	var b sessionBody
	q, err := read(r, &b)
	if err != nil {
		return nil, floating.Call{}, err
	}
	q.key("license_id", b.LicenseID)
	b.ClientID = q.id("client_id", b.ClientID)
	b.UserID = q.id("user_id", b.UserID)
	c := floating.Call{
		Vendor: q.principal.Vendor, Presented: b.LicenseID, ClientID: b.ClientID, SessionID: b.SessionID, UserID: b.UserID,
		Proof: floating.Proof(q.proof()), Checkout: int(b.CheckoutPeriod), Address: edge.ClientAddress(r.Context()).String(),
	}
	if err := q.bad(); err != nil {
		return nil, c, err
	}
	if key := entry.Key(b.LicenseID).UUID; !key.IsZero() { // the licence's id, perhaps, which with the client's name is no proof
		c.KeyOnly = a.names(q, key, b.ClientID, ident.UUID{}) != nil
	}
	_, err = a.presented(q, b.LicenseID)
	return q, c, err
}

// openSession is POST /provisioning/session/open.
func (a *API) openSession(w http.ResponseWriter, r *http.Request) error {
	q, call, err := a.readCall(r)
	if err != nil {
		return err
	}
	var out floating.Outcome
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		out, err = a.Sessions.Open(t, call)
		return err
	}); err != nil {
		return err
	}
	if out.Refusal != nil {
		return a.sendRefusal(w, q, out.Refusal)
	}
	if out.ByID {
		a.served(q)
	}
	return a.sendJSON(w, q, statusOf(out.Status))
}

// closeSession is POST /provisioning/session/close.
func (a *API) closeSession(w http.ResponseWriter, r *http.Request) error {
	q, call, err := a.readCall(r)
	if err != nil {
		return err
	}
	var refused *refusal.Refusal
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		refused, err = a.Sessions.Close(t, call)
		return err
	}); err != nil {
		return err
	}
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	return a.send(w, r, q.principal, stored)
}

// countSessions is GET /provisioning/licenses/{license_id}/tokens/floating/active/count.
// A program presents a full key; the licence's id is for those who may look licences up.
func (a *API) countSessions(w http.ResponseWriter, r *http.Request) error {
	if _, err := nonceOf(r); err != nil {
		return err
	}
	p := principal(r)
	q := &request{Request: r, principal: p}
	id := entry.Key(r.PathValue("license_id")).UUID
	if id.IsZero() { // other keys are not for addresses, which are logged
		return a.sendRefusal(w, q, refusal.UnknownSessionKey())
	}
	var n int64
	var refused *refusal.Refusal
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		n, refused, err = a.Sessions.Count(t, p.Vendor, id.String(), p.May(identity.LookUpLicenses))
		return err
	}); err != nil {
		return err
	}
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	return a.send(w, r, p, answer{status: http.StatusOK, contentType: jsonType, body: strconv.AppendInt(nil, n, 10)})
}
