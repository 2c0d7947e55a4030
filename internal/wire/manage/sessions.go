package manage

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
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

	// Open and OpenIn tell how many sessions of each licence are open; none where it is missing.
	Open(ctx context.Context, v ident.VendorID, now time.Time, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error)
	OpenIn(t tx.Tx, v ident.VendorID, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error)
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

func (a *API) showSession(s floating.Session) session {
	now := a.Clock.Now()
	ended, reason := s.Ended(now)
	return session{
		ID: s.UUID, ClientID: s.ClientID, SessionID: s.SessionID, UserID: s.UserID, IsOpen: s.OpenAt(now), IsOveruse: s.IsOveruse,
		OpenedAt: s.OpenedAt, RenewedAt: s.RenewedAt, ValidUntil: s.ValidUntil, EndedAt: timeOrNil(ended), EndReason: textOrNil(string(reason)),
	}
}

func (a *API) sessions() []operation {
	const group = "Sessions"
	return []operation{
		list(a, operation{
			Path: "/licenses/{id}/sessions", ID: "list-sessions", Group: group, Summary: "List a floating licence's sessions, the newest first",
			Queries:    []query{{Name: "state", Kind: textKind, Doc: "only those", Enum: []string{"open", "past"}}},
			Permission: identity.ViewLicenses,
		}, floating.Sorts(), func(q *request, r listing.Request) (listing.Page[floating.Session], error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return listing.Page[floating.Session]{}, err
			}
			f := floating.Filter{OpenOnly: q.text("state") == "open", PastOnly: q.text("state") == "past"}
			return a.SessionRows.List(q.ctx, q.vendor, l.ID, f, a.Clock.Now(), r)
		}, a.showSession),
		get(a, operation{
			Path: "/sessions/{id}", ID: "get-session", Group: group, Summary: "Get a session, open or past", Permission: identity.ViewLicenses,
		}, func(q *request) (session, error) {
			s, err := a.SessionRows.SessionByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return session{}, err
			}
			return a.showSession(s), nil
		}),
		change(a, operation{
			Method: http.MethodDelete, Path: "/sessions/{id}", ID: "end-session", Group: group, Summary: "End an open session",
			About:      "Its place is free at once. A client that still runs loses it when it next renews, unless there is room.",
			Permission: identity.ManageActivations,
		}, func(t tx.Tx, q *request, _ nothing) (nothing, error) {
			return nothing{}, a.Sessions.Release(t, q.vendor, q.id)
		}),
	}
}
