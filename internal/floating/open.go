package floating

import (
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Outcome is what an open came to: a status, or a refusal.
type Outcome struct {
	Status  Status
	Refusal *refusal.Refusal // nil when it was granted
	ByID    bool             // to an activated client that presents the licence's id
}

// Open opens a session, or renews the one of the same key (docs/rules/floating.md, rules 1 to 4). Sessions that
// have lapsed take no room, whether or not that was written down. A refusal is counted.
func (s *Service) Open(t tx.Tx, c Call) (Outcome, error) {
	l, refused, err := s.find(t, c)
	if err != nil || refused != nil {
		return Outcome{Refusal: refused}, err
	}
	o := &opening{Service: s, t: t, call: c, license: l}
	if l.IsFloating {
		if err := s.Licenses.Begin(t, l); err != nil {
			return Outcome{}, err
		}
		if o.counter, o.same, err = s.lockedFor(t, c, l.ID); err != nil {
			return Outcome{}, err
		}
	}
	// Only now, so that nobody releases the client in between.
	refused, err = s.Licenses.Admit(t, l, c.ClientID, c.Proof, false)
	if err != nil {
		return Outcome{}, err
	}
	if refused == nil && !l.IsFloating {
		refused = refusal.Refuse(refusal.NamedLicense)
	}
	if refused != nil {
		return o.deny(refused)
	}
	if err := o.load(); err != nil {
		return Outcome{}, err
	}
	d := decideOpen(o.openCase)
	switch {
	case d.refusal != nil:
		return o.deny(d.refusal)
	case d.renew:
		return o.renew(d)
	}
	return o.open(d)
}

// lockedFor locks the counter for an open, and gives the session of its key, if one is
// open. One that has lapsed makes way.
func (s *Service) lockedFor(t tx.Tx, c Call, l ident.LicenseID) (Counter, *Session, error) {
	counter, session, err := s.Store.LockFor(t, c.Vendor, l, c.ClientID, c.SessionID)
	if err != nil || session == nil || session.OpenAt(t.Now()) {
		return counter, session, err
	}
	session.EndedAt, session.EndReason = session.ValidUntil, ByLapse
	if err := s.Store.End(t, c.Vendor, session); err != nil {
		return counter, nil, err
	}
	counter.Open--
	return counter, nil, s.Store.SaveCounter(t, c.Vendor, counter)
}

// opening is one open under way.
type opening struct {
	*Service
	openCase

	t       tx.Tx
	call    Call
	license *License
	counter Counter
}

func (o *opening) load() (err error) {
	v, l, c := o.call.Vendor, o.license, o.call
	o.openCase = openCase{now: o.t.Now(), license: l, same: o.same, checkout: c.Checkout, userID: c.UserID}
	if o.same == nil {
		if o.openCase.open, err = o.openNow(o.t, v, o.counter, l.Policy.FloatingTokenLimit); err != nil {
			return err
		}
	}
	if o.same == nil && l.Policy.MaxSessionsPerClient > 0 {
		if o.ofClient, err = o.Store.CountOfClient(o.t, v, l.ID, c.ClientID); err != nil {
			return err
		}
	}
	if !l.IsOfUsers || c.UserID == "" {
		return nil
	}
	if o.userKnown, err = o.Licenses.KnowsUser(o.t, v, l, c.UserID); err != nil {
		return err
	}
	o.userElsewhere, err = o.Store.UserElsewhere(o.t, v, l.ID, c.UserID, c.ClientID)
	return err
}

func (o *opening) renew(d openDecision) (Outcome, error) {
	session := *o.same
	session.RenewedAt, session.ValidUntil = o.now, d.validUntil
	if o.call.UserID != "" {
		session.UserID = o.call.UserID
	}
	if err := o.Store.Renew(o.t, o.call.Vendor, &session); err != nil {
		return Outcome{}, err
	}
	if d.validUntil.Before(o.counter.NextLapse) { // the licence's end was brought forward
		o.counter.NextLapse = d.validUntil
		if err := o.Store.SaveCounter(o.t, o.call.Vendor, o.counter); err != nil {
			return Outcome{}, err
		}
	}
	return o.status(session), nil
}

func (o *opening) open(d openDecision) (Outcome, error) {
	session := Session{
		UUID: o.IDs.V7(), License: o.license.ID, ClientID: o.call.ClientID, SessionID: o.call.SessionID, UserID: o.call.UserID,
		IsOveruse: d.overuse, OpenedAt: o.now, RenewedAt: o.now, ValidUntil: d.validUntil,
	}
	if err := o.Store.Insert(o.t, o.call.Vendor, &session); err != nil {
		return Outcome{}, err
	}
	if o.counter.Open == 0 {
		o.counter.NextLapse = d.validUntil
	}
	o.counter.Open++
	o.counter.NextLapse = earlier(o.counter.NextLapse, d.validUntil)
	if err := o.Store.SaveCounter(o.t, o.call.Vendor, o.counter); err != nil {
		return Outcome{}, err
	}
	if o.openCase.open++; d.overuse && o.openCase.open == o.license.Policy.FloatingTokenLimit+1 {
		o.announce(EventOveruse, 0)
	}
	return o.status(session), nil
}

func (o *opening) status(s Session) Outcome {
	return Outcome{Status: Status{Session: s, Limit: o.license.Policy.FloatingTokenLimit}, ByID: o.license.ByID}
}

// deny counts a refusal. Only the first one of its kind in an hour is announced:
// a crowd that waits for a seat asks every few seconds.
func (o *opening) deny(r *refusal.Refusal) (Outcome, error) {
	n, err := o.Store.CountDenial(o.t, o.call.Vendor, o.license.ID, r.ID, o.t.Now())
	if err != nil {
		return Outcome{}, err
	}
	if err := o.Store.NoteRefused(o.t, o.call.Vendor, o.license.ID, Refused{
		At: o.t.Now(), Reason: r.ID, ClientID: o.call.ClientID, Address: o.call.Address,
	}); err != nil {
		return Outcome{}, err
	}
	if n == 1 && r.ID == refusal.NoSessionLeft {
		o.announce(EventDenied, r.ID)
	}
	return Outcome{Refusal: r}, nil
}

// Events that leave the server, to whoever is subscribed.
const (
	EventDenied  = "session.denied"
	EventOveruse = "license.overuse"
)

// eventPayload is what an event says; ids and numbers, no keys.
type eventPayload struct {
	LicenseID  ident.UUID `json:"license_id"`
	ProductID  ident.UUID `json:"product_id"`
	CustomerID ident.UUID `json:"customer_id"`
	ClientID   string     `json:"client_id"`
	UserID     string     `json:"user_id,omitempty"`
	Reason     int        `json:"reason,omitempty"`
	Open       int64      `json:"sessions_open"`
	Limit      int64      `json:"floating_token_limit"`
}

func (o *opening) announce(event string, reason int) {
	l := o.license
	o.t.Enqueue(tx.Event{Vendor: o.call.Vendor, Type: event, Stream: l.UUID, Payload: eventPayload{
		LicenseID: l.UUID, ProductID: l.Product, CustomerID: l.Customer, ClientID: o.call.ClientID, UserID: o.call.UserID,
		Reason: reason, Open: o.openCase.open, Limit: l.Policy.FloatingTokenLimit,
	}})
}
