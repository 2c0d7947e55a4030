package beacon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/observe"
)

// Intake takes what programs send.
type Intake interface {
	Take(ctx context.Context, v ident.VendorID, sent []observe.Sent, environment string) ([]observe.Verdict, error)
	End(ctx context.Context, v ident.VendorID, sent observe.Sent) (observe.Verdict, error)
	Identify(ctx context.Context, v ident.VendorID, sent observe.Sent, anonymous, identified observe.Field) (observe.Reason, error)
}

// Keys tells who an API key is: an Unauthenticated fault for one that is unknown or revoked.
type Keys interface {
	Authenticate(ctx context.Context, secret string) (identity.Principal, error)
}

// Config is what the routes need; all of it is required.
type Config struct {
	Intake   Intake
	Keys     Keys
	Licenses edge.Handler // the list of observed licences, as the management API has it
}

// mostBytes is how much a call may bring. SDKs send up to 4 MB at once, and give up after 413.
const mostBytes = 4 << 20

// environmentHeader says where a session runs.
const environmentHeader = "X-Environment-Data"

// Routes gives the routes of this package.
func Routes(c Config) ([]edge.Route, error) {
	if c.Intake == nil || c.Keys == nil || c.Licenses == nil {
		return nil, errors.New("beacon: the configuration is incomplete")
	}
	s := &edge.Surface{Name: "beacon", Credential: credential, Authenticate: c.authenticate, Problem: c.problem}
	var routes []edge.Route
	for path, handler := range map[string]edge.Handler{
		"/v1/events": c.events, "/v1/events/sessions": c.start, "/v1/events/sessions/end": c.end, "/v1/events/exceptions": c.exception,
		"/v1/actors/identify": c.identify,
	} {
		routes = append(routes, edge.Route{
			Surface: s, Method: http.MethodPost, Path: path, Permission: identity.SendEvents, BodyLimit: mostBytes, Handler: handler,
		}, edge.Route{
			Surface: s, Method: http.MethodOptions, Path: path, Public: "browsers ask what they may send before they send it", Light: true,
			Handler: func(w http.ResponseWriter, _ *http.Request) error {
				allow(w.Header())
				w.WriteHeader(http.StatusNoContent)
				return nil
			},
		})
	}
	reads := &edge.Surface{Name: "beacon_reads", Credential: credential, Authenticate: c.authenticate}
	return append(routes, edge.Route{
		Surface: reads, Method: http.MethodGet, Path: "/v1/licenses", Permission: identity.ViewAccounts, Handler: c.Licenses, Timeout: time.Minute,
	}), nil
}

// allow lets pages of any origin send and read the answer. They send their key themselves:
// there are no cookies.
func allow(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "authorization, content-type, x-environment-data")
	h.Set("Access-Control-Expose-Headers", "Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
}

func credential(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

func (c Config) authenticate(r *http.Request) (identity.Principal, error) {
	secret := credential(r)
	if secret == "" {
		return identity.Principal{}, &fault.Error{
			Kind: fault.Unauthenticated, Code: "key_missing", Message: "The call presents no key.",
			Help: `Send the header "Authorization: Bearer" with the key.`,
		}
	}
	return c.Keys.Authenticate(r.Context(), secret)
}

// refused is an error on this wire: a problem document with the name that the SDKs read.
type refused struct {
	edge.Problem

	Error string `json:"error"`
}

// shedFor is how long a program waits whose call has met something that went wrong here.
const shedFor = 30 * time.Second

// problem writes an error. What is ours to mend is answered with 429, so that the program
// keeps what it has to send and sends it again.
func (c Config) problem(w http.ResponseWriter, r *http.Request, err error) {
	shown := edge.ProblemOf(err, edge.RequestID(r.Context()))
	switch fault.As(err).Kind {
	case fault.Internal:
		w.Header().Set("Retry-After", seconds(shedFor))
		shed(&shown)
	case fault.Unavailable, fault.TooSlow:
		w.Header().Set("Retry-After", seconds(max(fault.As(err).RetryAfter, time.Second)))
		shed(&shown)
	default:
		edge.RetryAfter(w.Header(), err)
	}
	write(w, shown.Status, refused{shown, shown.Code})
}

func shed(p *edge.Problem) {
	p.Status, p.Title = http.StatusTooManyRequests, http.StatusText(http.StatusTooManyRequests)
	p.Help = "Send it again after the seconds that Retry-After names."
}

// write answers with JSON that pages of any origin may read.
func write(w http.ResponseWriter, status int, v any) {
	allow(w.Header())
	w.Header().Set("Content-Type", "application/json")
	body, _ := json.Marshal(v) //nolint:errchkjson // plain texts and numbers
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone: nothing left to tell it
}

// verdict is what became of one item of a batch.
type verdict struct {
	EventID string         `json:"event_id"`
	Status  string         `json:"status"`
	Reason  observe.Reason `json:"reason,omitempty"`
}

func (c Config) events(w http.ResponseWriter, r *http.Request) error {
	items, err := list(r)
	if err != nil {
		return err
	}
	sent := make([]observe.Sent, len(items))
	for i, it := range items {
		sent[i] = it.event()
	}
	verdicts, err := c.Intake.Take(r.Context(), vendor(r), sent, r.Header.Get(environmentHeader))
	if err != nil {
		return err
	}
	status := http.StatusOK
	answer := struct {
		Results []verdict `json:"results"`
	}{make([]verdict, len(verdicts))}
	for i, v := range verdicts {
		answer.Results[i] = verdict{EventID: v.ID, Status: "accepted", Reason: v.Reason}
		if v.Reason != "" {
			answer.Results[i].Status, status = "rejected", http.StatusMultiStatus
		}
	}
	write(w, status, answer)
	return nil
}

func (c Config) start(w http.ResponseWriter, r *http.Request) error { return c.one(w, r, item.start) }

func (c Config) exception(w http.ResponseWriter, r *http.Request) error {
	return c.one(w, r, item.exception)
}

// one takes a call that brings one item.
func (c Config) one(w http.ResponseWriter, r *http.Request, read func(item) observe.Sent) error {
	it, err := object(r)
	if err != nil {
		return err
	}
	verdicts, err := c.Intake.Take(r.Context(), vendor(r), []observe.Sent{read(it)}, r.Header.Get(environmentHeader))
	if err != nil {
		return err
	}
	return answer(w, verdicts[0].Reason)
}

func (c Config) end(w http.ResponseWriter, r *http.Request) error {
	it, err := object(r)
	if err != nil {
		return err
	}
	v, err := c.Intake.End(r.Context(), vendor(r), it.end())
	if err != nil {
		return err
	}
	return answer(w, v.Reason)
}

func (c Config) identify(w http.ResponseWriter, r *http.Request) error {
	it, err := object(r)
	if err != nil {
		return err
	}
	sent := it.sent(observe.Identify, "identify_id", "identified_at")
	reason, err := c.Intake.Identify(r.Context(), vendor(r), sent, it.field("anonymous_actor_id"), it.field("identified_actor_id"))
	if err != nil {
		return err
	}
	return answer(w, reason)
}

// answer answers a call that brought one item.
func answer(w http.ResponseWriter, reason observe.Reason) error {
	if reason == "" {
		write(w, http.StatusOK, map[string]string{"status": "accepted"})
		return nil
	}
	told := observe.RefusalOf(reason)
	kind := fault.Invalid
	switch reason { //nolint:exhaustive // all others are the caller's to correct
	case observe.SessionNotFound:
		kind = fault.NotFound
	case observe.IdentityAlreadyLinks:
		kind = fault.Conflict
	}
	return &fault.Error{Kind: kind, Code: string(reason), Message: told.Wrong, Help: told.Help}
}

func vendor(r *http.Request) ident.VendorID {
	p, _ := edge.PrincipalFrom(r.Context())
	return p.Vendor
}

func seconds(d time.Duration) string {
	b, _ := json.Marshal(int64((d + time.Second - 1) / time.Second)) //nolint:errchkjson // a number
	return string(b)
}

func body(r *http.Request) ([]byte, error) {
	all, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return all, nil
}
