package sessions

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Sessions ends sessions.
type Sessions interface {
	Release(t tx.Tx, v ident.VendorID, id ident.UUID) error
}

// SessionRows reads sessions.
type SessionRows interface {
	List(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, f floating.Filter, now time.Time, r listing.Request,
	) (listing.Page[floating.Session], error)
	SessionByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (floating.Session, error)
}

// LicenseRows reads licences. What is missing is a NotFound fault.
type LicenseRows interface {
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)

	// Denials returns the refused calls of a licence by hour and reason, the oldest first.
	Denials(ctx context.Context, v ident.VendorID, license ident.LicenseID, from time.Time) ([]licensing.Denial, error)

	// LastRefused gives who was refused last with a licence, the newest first.
	LastRefused(ctx context.Context, v ident.VendorID, license ident.LicenseID) ([]licensing.Refused, error)
}

type session struct {
	ID         ident.UUID `json:"id" format:"uuid"`
	ClientID   string     `json:"client_id"`
	SessionID  string     `json:"session_id" doc:"the client's own name for it; empty for none"`
	UserID     string     `json:"user_id"`
	IsOpen     bool       `json:"is_open"`
	IsOveruse  bool       `json:"is_overuse" doc:"opened above the limit, which the licence does not enforce"`
	OpenedAt   time.Time  `json:"opened_at"`
	RenewedAt  time.Time  `json:"renewed_at"`
	ValidUntil time.Time  `json:"valid_until" doc:"it lapses at this instant unless it is renewed"`
	EndedAt    *time.Time `json:"ended_at"`
	EndReason  *string    `json:"end_reason" enum:"closed,lapsed,released"`
}

func (a *Area) showSession(s floating.Session) session {
	now := a.Clock.Now()
	ended, reason := s.Ended(now)
	return session{
		ID: s.UUID, ClientID: s.ClientID, SessionID: s.SessionID, UserID: s.UserID, IsOpen: s.OpenAt(now), IsOveruse: s.IsOveruse,
		OpenedAt: s.OpenedAt, RenewedAt: s.RenewedAt, ValidUntil: s.ValidUntil, EndedAt: value.TimeOrNil(ended), EndReason: value.TextOrNil(string(reason)),
	}
}

func (a *Area) sessions(m *operation.Maker) []operation.Operation {
	const group = "Sessions"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/sessions", ID: "list-sessions", Group: group, Summary: "List a floating licence's sessions, the newest first",
			Queries:    []operation.Query{{Name: "state", Kind: operation.Text, Doc: "only those", Enum: []string{"open", "past"}}},
			Permission: identity.ViewLicenses,
		}, floating.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[floating.Session], error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[floating.Session]{}, err
			}
			f := floating.Filter{OpenOnly: q.Text("state") == "open", PastOnly: q.Text("state") == "past"}
			return a.SessionRows.List(q.Context, q.Vendor, l.ID, f, a.Clock.Now(), r)
		}, a.showSession),
		operation.Get(m, operation.Operation{
			Path: "/licenses/{id}/denials", ID: "list-denials", Group: group, Summary: "How often clients of a licence were refused, by hour",
			About:      "Activations and sessions; hours without a refusal are left out.",
			Queries:    []operation.Query{{Name: "from", Kind: operation.Instant, Doc: "only since then; the last 30 days if left out"}},
			Permission: identity.ViewLicenses,
		}, a.denials),
		operation.Get(m, operation.Operation{
			Path: "/licenses/{id}/refusals", ID: "list-last-refusals", Group: group, Summary: "Who was refused last with a licence",
			About:      "The newest refusal of each client for each reason, the newest first, 20 at most: which device, when, and why.",
			Permission: identity.ViewLicenses,
		}, a.lastRefused),
		operation.Get(m, operation.Operation{
			Path: "/sessions/{id}", ID: "get-session", Group: group, Summary: "Get a session, open or past", Permission: identity.ViewLicenses,
		}, func(q *operation.Request) (session, error) {
			s, err := a.SessionRows.SessionByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return session{}, err
			}
			return a.showSession(s), nil
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/sessions/{id}", ID: "end-session", Group: group, Summary: "End an open session",
			About:      "Its place is free at once. A client that still runs loses it when it next renews, unless there is room.",
			Permission: identity.ManageActivations,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Sessions.Release(t, q.Vendor, q.ID)
		}),
	}
}
