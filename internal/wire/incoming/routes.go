package incoming

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/outbox"
	"chancery/internal/tx"
)

// Vendors finds a vendor by the id it is known by outside.
type Vendors interface {
	// VendorByUUID gives the vendor; zero when there is none.
	VendorByUUID(ctx context.Context, isv ident.UUID) (ident.VendorID, error)
}

// Webhooks knows the incoming webhooks.
type Webhooks interface {
	// Open fails with a NotFound fault where there is none.
	Open(ctx context.Context, vendor ident.VendorID, id ident.UUID) (outbox.Incoming, [][]byte, error)
	Heard(t tx.Tx, w outbox.Incoming) error
}

// Subscriptions has licences follow what is said of them.
type Subscriptions interface {
	State(t tx.Tx, v ident.VendorID, s licensing.Statement) (l *licensing.License, applied bool, err error)
}

// Config is what the routes need; all of it is required.
type Config struct {
	Vendors       Vendors
	Webhooks      Webhooks
	Subscriptions Subscriptions
	Runner        tx.Runner
	Clock         ident.Clock // the real one: senders go by theirs

	// Signed reports whether a header webhook-signature holds a good signature.
	Signed func(header, id string, at time.Time, body []byte, secrets ...[]byte) bool
}

const public = "a message proves itself by its signature"

// Most that a message may be, and how far the clocks may be apart (Standard Webhooks
// recommends five minutes).
const (
	mostBytes = 64 << 10
	mostID    = 200
	tolerance = 5 * time.Minute
)

// Routes gives the routes of this package.
func Routes(c Config) ([]edge.Route, error) {
	if c.Vendors == nil || c.Webhooks == nil || c.Subscriptions == nil || c.Runner == nil || c.Clock == nil || c.Signed == nil {
		return nil, errors.New("incoming: the configuration is incomplete")
	}
	return []edge.Route{{
		Surface: &edge.Surface{Name: "incoming"}, Method: http.MethodPost, Path: "/incoming/{isv_id}/{webhook}", Public: public,
		BodyLimit: mostBytes, Handler: c.take,
	}}, nil
}

// message is what is read of a body.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      struct {
		ExternalID string     `json:"external_id"`
		LicenseID  string     `json:"license_id"`
		Status     string     `json:"status"`
		EndsAt     *time.Time `json:"ends_at"`
	} `json:"data"`
}

// typeUpdated is the type of messages that are read; others are taken, and ignored.
const typeUpdated = "subscription.updated"

// answer says what became of a message.
type answer struct {
	Applied bool   `json:"applied"`
	Why     string `json:"why,omitempty"` // it was not
}

func (c Config) take(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	hook, err := c.proven(r, body)
	if err != nil {
		return err
	}
	var m message
	if err := edge.ParseJSON(body, &m); err != nil {
		return err
	}
	if m.Type != typeUpdated {
		return edge.WriteJSON(w, http.StatusOK, answer{Why: "only " + typeUpdated + " is read"})
	}
	s, err := m.statement(hook.Provider, r.Header.Get("Webhook-Id"))
	if err != nil {
		return err
	}
	var a answer
	ctx := tx.WithActor(r.Context(), tx.Actor{Kind: "webhook", ID: hook.UUID.String(), Name: hook.Provider, RequestID: edge.RequestID(r.Context())})
	if err := c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		if _, a.Applied, err = c.Subscriptions.State(t, hook.Vendor, s); err != nil {
			return err
		}
		return c.Webhooks.Heard(t, hook)
	}); err != nil {
		return err
	}
	if !a.Applied {
		a.Why = "this or something later was said already"
	}
	return edge.WriteJSON(w, http.StatusOK, a)
}

// proven gives the webhook that a message has come by. Whether there is one is told to
// nobody whose message is not signed.
func (c Config) proven(r *http.Request, body []byte) (outbox.Incoming, error) {
	isv, err1 := ident.ParseUUID(r.PathValue("isv_id"))
	id, err2 := ident.ParseUUID(r.PathValue("webhook"))
	if err1 != nil || err2 != nil {
		return outbox.Incoming{}, errUnsigned()
	}
	v, err := c.Vendors.VendorByUUID(r.Context(), isv)
	if err != nil {
		return outbox.Incoming{}, err
	}
	hook, secrets, err := c.Webhooks.Open(r.Context(), v, id)
	switch {
	case err != nil && fault.As(err).Kind == fault.NotFound:
		return outbox.Incoming{}, errUnsigned()
	case err != nil:
		return outbox.Incoming{}, err
	}
	name, stamp := r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	sent := time.Unix(seconds, 0)
	if err != nil || strconv.FormatInt(seconds, 10) != stamp || name == "" ||
		!c.Signed(r.Header.Get("Webhook-Signature"), name, sent, body, secrets...) {
		return outbox.Incoming{}, errUnsigned()
	}
	if age := c.Clock.Now().Sub(sent); age > tolerance || age < -tolerance {
		return outbox.Incoming{}, &fault.Error{
			Kind: fault.Invalid, Code: "message_too_old", Message: "The message was not signed within the last five minutes, by the server's clock.",
			Help: "Sign each attempt anew, with the time of the attempt in webhook-timestamp, and set the clock of the sender.",
		}
	}
	if len(name) > mostID || !utf8.ValidString(name) {
		return outbox.Incoming{}, fault.Wrong(fault.Field{Name: "webhook-id", Message: "must be UTF-8, and at most 200 bytes long"})
	}
	return hook, nil
}

func errUnsigned() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "bad_signature", Message: "There is no such incoming webhook, or the message is not signed with its secret.",
		Help: "Check the address, the secret, and that the body is sent byte for byte as it was signed.",
	}
}

// statement is what the message says.
func (m message) statement(provider, id string) (licensing.Statement, error) {
	s := licensing.Statement{Subscription: licensing.Subscription{
		Provider: provider, ExternalID: m.Data.ExternalID, Status: licensing.SubscriptionStatus(m.Data.Status), StatedAt: m.Timestamp, Message: id,
	}}
	if m.Data.EndsAt != nil {
		s.EndsAt = *m.Data.EndsAt
	}
	if m.Data.LicenseID == "" {
		return s, nil
	}
	var err error
	if s.License, err = ident.ParseUUID(m.Data.LicenseID); err != nil {
		return s, fault.Wrong(fault.Field{Name: "license_id", Message: "must be the id of a licence"})
	}
	return s, nil
}
