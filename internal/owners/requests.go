package owners

import (
	"encoding/json"
	"errors"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// RequestStore keeps what owners ask for.
type RequestStore interface {
	// OpenRequest finds the open one of a licence with a wish; found is false for none.
	OpenRequest(t tx.Tx, v ident.VendorID, license ident.LicenseID, wish Wish, meter ident.UUID) (q Request, found bool, err error)

	// OpenRequests finds all open ones of a licence.
	OpenRequests(t tx.Tx, v ident.VendorID, license ident.LicenseID) ([]Request, error)

	// InsertRequest stores an open one.
	InsertRequest(t tx.Tx, v ident.VendorID, q Request) error

	// CountRequests counts those of a licence since an instant.
	CountRequests(t tx.Tx, v ident.VendorID, license ident.LicenseID, since time.Time) (int, error)

	// TrimRequests removes the oldest of a licence that are not open, but for the newest.
	TrimRequests(t tx.Tx, v ident.VendorID, license ident.LicenseID, keep int) error

	// Request finds one; found is false for none. Changes lock its licence first.
	Request(t tx.Tx, v ident.VendorID, id ident.UUID) (q Request, found bool, err error)

	// EndRequest stores state, answer and when that was.
	EndRequest(t tx.Tx, v ident.VendorID, q Request) error
}

// RequestedLicenses finds the licences that something is asked for.
type RequestedLicenses interface {
	// Requested locks a licence and gives what requests need of it.
	Requested(t tx.Tx, v ident.VendorID, license ident.LicenseID) (Requested, error)
}

// RequestPost tells people, in the transaction of what it tells.
type RequestPost interface {
	// Asked tells the vendor's staff.
	Asked(t tx.Tx, v ident.VendorID, q Request) error

	// Answered tells who has asked, where they still see the licence.
	Answered(t tx.Tx, v ident.VendorID, q Request) (told bool, err error)
}

// RequestsConfig is what the service needs; all of it is required.
type RequestsConfig struct {
	Store    RequestStore
	Owners   *Service
	Licenses RequestedLicenses
	Post     RequestPost
	IDs      ident.Source
}

// Requests carries to the vendor what owners ask for, and the answer back. It is safe for
// concurrent use.
type Requests struct{ c RequestsConfig }

// NewRequests makes the service.
func NewRequests(c RequestsConfig) (*Requests, error) {
	if c.Store == nil || c.Owners == nil || c.Licenses == nil || c.Post == nil || c.IDs.Rand == nil {
		return nil, errors.New("owners: Requests needs everything in its Config")
	}
	return &Requests{c}, nil
}

// The events of requests.
const (
	EventRequested = "license.requested"
	EventAnswered  = "license.request_answered"
)

// Ask asks for something for a licence. Where the same is asked for already, that request
// is returned, and fresh is false.
func (s *Requests) Ask(t tx.Tx, r Reach, license ident.UUID, n NewRequest) (q Request, fresh bool, err error) {
	l, err := s.c.Owners.License(t, r, license, AskVendor)
	if err != nil {
		return Request{}, false, err
	}
	return s.ask(t, r.Vendor, l, r.User, n)
}

// AskFor is Ask by the vendor's staff for a licensee, who told them.
func (s *Requests) AskFor(t tx.Tx, v ident.VendorID, license ident.UUID, licensee ident.UserID, n NewRequest) (q Request, fresh bool, err error) {
	l, found, err := s.c.Owners.store.License(t, v, license)
	if err == nil && !found {
		err = fault.Missing("license")
	}
	if err != nil {
		return Request{}, false, err
	}
	return s.ask(t, v, l, licensee, n)
}

func (s *Requests) ask(t tx.Tx, v ident.VendorID, l License, by ident.UserID, n NewRequest) (q Request, fresh bool, err error) {
	of, err := s.c.Licenses.Requested(t, v, l.ID)
	if err != nil {
		return Request{}, false, err
	}
	if q, err = n.read(of); err != nil {
		return Request{}, false, err
	}
	if open, found, err := s.c.Store.OpenRequest(t, v, l.ID, q.Wish, q.Meter); err != nil || found {
		return open, false, err
	}
	lately, err := s.c.Store.CountRequests(t, v, l.ID, t.Now().Add(-24*time.Hour))
	if err != nil {
		return Request{}, false, err
	}
	if lately >= RequestsADay {
		return Request{}, false, &fault.Error{
			Kind: fault.Throttled, Code: "too_many_license_requests", Message: "Much was asked for this licence within a day.",
			Help: "Wait for the answers, or write to the vendor.", RetryAfter: time.Hour,
		}
	}
	if err := s.c.Store.TrimRequests(t, v, l.ID, RequestsKept); err != nil {
		return Request{}, false, err
	}
	q.UUID, q.License, q.Customer, q.User, q.AskedAt = s.c.IDs.V7(), l.ID, of.CustomerID, by, t.Now()
	if err := s.c.Store.InsertRequest(t, v, q); err != nil {
		return Request{}, false, err
	}
	if q, _, err = s.c.Store.Request(t, v, q.UUID); err != nil { // with who has asked
		return Request{}, false, err
	}
	announce(t, v, EventRequested, q, of)
	return q, true, s.c.Post.Asked(t, v, q)
}

// Withdraw takes an open request back, of a licence for which the user may ask.
func (s *Requests) Withdraw(t tx.Tx, r Reach, id ident.UUID) (Request, error) {
	q, of, err := s.lock(t, r.Vendor, id)
	if err != nil {
		return Request{}, err
	}
	l, err := s.c.Owners.License(t, r, q.LicenseID, AskVendor)
	if fault.Is(err, "license_not_found") || err == nil && l.Customer != q.Customer {
		err = fault.Missing(requestNoun)
	}
	if err != nil {
		return Request{}, err
	}
	return s.end(t, r.Vendor, q, of, RequestWithdrawn, "")
}

// Leaves withdraws what is open for a licence that is about to get another customer, who
// has not asked for it.
func (s *Requests) Leaves(t tx.Tx, v ident.VendorID, license ident.LicenseID) error {
	open, err := s.c.Store.OpenRequests(t, v, license)
	if err != nil || len(open) == 0 {
		return err
	}
	of, err := s.c.Licenses.Requested(t, v, license)
	if err != nil {
		return err
	}
	for _, q := range open {
		if _, err := s.end(t, v, q, of, RequestWithdrawn, ""); err != nil {
			return err
		}
	}
	return nil
}

// Answer answers an open request for the vendor's staff: done or declined, with a text that
// may be empty. Who has asked is told, where they still see the licence.
func (s *Requests) Answer(t tx.Tx, v ident.VendorID, id ident.UUID, state RequestState, answer string) (q Request, told bool, err error) {
	var wrong fault.Fields
	answer = lines(&wrong, "answer", answer)
	wrong.Check(state == RequestDone || state == RequestDeclined, "state", "must be done or declined")
	if err := wrong.Err(); err != nil {
		return Request{}, false, err
	}
	q, of, err := s.lock(t, v, id)
	if err != nil {
		return Request{}, false, err
	}
	if q, err = s.end(t, v, q, of, state, answer); err != nil {
		return Request{}, false, err
	}
	told, err = s.c.Post.Answered(t, v, q)
	return q, told, err
}

const requestNoun = "license_request"

// lock finds a request, and reads it again behind the lock of its licence.
func (s *Requests) lock(t tx.Tx, v ident.VendorID, id ident.UUID) (q Request, of Requested, err error) {
	q, found, err := s.c.Store.Request(t, v, id)
	if err == nil && found {
		if of, err = s.c.Licenses.Requested(t, v, q.License); err == nil {
			q, found, err = s.c.Store.Request(t, v, id)
		}
	}
	if err == nil && !found {
		err = fault.Missing(requestNoun)
	}
	return q, of, err
}

func (s *Requests) end(t tx.Tx, v ident.VendorID, q Request, of Requested, state RequestState, answer string) (Request, error) {
	if q.State != RequestOpen {
		return Request{}, fault.Refused("license_request_closed", "This request is closed already.", "Look at what was answered.")
	}
	q.State, q.Answer, q.AnsweredAt = state, answer, t.Now()
	if err := s.c.Store.EndRequest(t, v, q); err != nil {
		return Request{}, err
	}
	announce(t, v, EventAnswered, q, of)
	return q, nil
}

// requestEvent is what events say of a request: ids, names and counts.
type requestEvent struct {
	RequestID      ident.UUID   `json:"request_id"`
	LicenseID      ident.UUID   `json:"license_id"`
	ProductID      ident.UUID   `json:"product_id"`
	CustomerID     ident.UUID   `json:"customer_id"`
	CustomerNumber string       `json:"customer_number"`
	UserID         ident.UUID   `json:"user_id"`
	Wish           Wish         `json:"wish"`
	LimitationID   *ident.UUID  `json:"limitation_id,omitempty"`
	Limitation     string       `json:"limitation,omitempty"`
	Quantity       json.Number  `json:"quantity,omitempty"`
	State          RequestState `json:"state"`
}

// requestRecord is what the audit log has of a request.
type requestRecord struct {
	requestEvent

	Message string `json:"message,omitempty"`
	Answer  string `json:"answer,omitempty"`
}

func announce(t tx.Tx, v ident.VendorID, event string, q Request, of Requested) {
	e := requestEvent{
		RequestID: q.UUID, LicenseID: q.LicenseID, ProductID: of.Product, CustomerID: of.Customer, CustomerNumber: of.CustomerNumber,
		UserID: q.UserID, Wish: q.Wish, Limitation: q.MeterName, State: q.State,
	}
	if q.Quantity > 0 {
		e.Quantity = json.Number(terms.AppendQuantity(nil, q.Quantity))
	}
	if !q.Meter.IsZero() {
		e.LimitationID = &q.Meter
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: event, Subject: "license", ID: q.LicenseID, License: q.License, After: requestRecord{e, q.Message, q.Answer},
	})
	t.Enqueue(tx.Event{Vendor: v, Type: event, Stream: q.LicenseID, Payload: e})
}
