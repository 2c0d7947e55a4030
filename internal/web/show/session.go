package show

import (
	"time"

	"chancery/internal/floating"
	"chancery/internal/identity"
	"chancery/internal/web"
)

// SessionBadge is the state of a session at an instant.
func SessionBadge(s floating.Session, now time.Time) web.Badge {
	_, reason := s.Ended(now)
	switch {
	case s.OpenAt(now) && s.IsOveruse:
		return web.BadgeOveruse
	case s.OpenAt(now):
		return web.BadgeOpen
	case reason == floating.ByLapse:
		return web.BadgeLapsed
	case reason == floating.ByRelease:
		return web.BadgeReleased
	}
	return web.BadgeClosed
}

// SessionColumns are the columns of lists of sessions.
func SessionColumns(q *web.Request, now time.Time) []web.Column[floating.Session] {
	columns := []web.Column[floating.Session]{
		{Name: "client", Label: "Client", Cell: func(s floating.Session) web.Cell {
			return web.Cell{Text: s.ClientID, Mono: true, Sub: s.SessionID}
		}},
		{Name: "user", Label: "User", Cell: func(s floating.Session) web.Cell { return web.Cell{Text: s.UserID} }},
		{Name: "state", Label: "State", Cell: func(s floating.Session) web.Cell {
			badge := SessionBadge(s, now)
			return web.Cell{Badge: &badge}
		}},
		{Name: "opened", Label: "Opened", Sort: "created_at", Cell: func(s floating.Session) web.Cell { return web.Cell{When: s.OpenedAt} }},
		{Name: "renewed", Label: "Renewed", Cell: func(s floating.Session) web.Cell { return web.Cell{When: s.RenewedAt} }},
		{Name: "until", Label: "Ends", Cell: func(s floating.Session) web.Cell {
			if at, _ := s.Ended(now); !at.IsZero() {
				return web.Cell{When: at}
			}
			return web.Cell{When: s.ValidUntil}
		}},
		{Name: "overuse", Label: "Overuse", Extra: true, Cell: func(s floating.Session) web.Cell {
			if s.IsOveruse {
				return web.Cell{Badge: &web.BadgeOveruse}
			}
			return web.Cell{}
		}},
	}
	if q.May(identity.ManageActivations) {
		columns = append(columns, web.Column[floating.Session]{Name: "close", Label: "Close", Act: true, Cell: func(s floating.Session) web.Cell {
			if !s.OpenAt(now) {
				return web.Cell{}
			}
			return web.Cell{Links: []web.Link{{Label: "Close", Href: SessionHref(q, s.UUID) + "/close"}}}
		}})
	}
	return columns
}
