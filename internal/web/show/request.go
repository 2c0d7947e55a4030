package show

import (
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// RequestBadge is where a request of an owner stands.
func RequestBadge(s owners.RequestState) web.Badge {
	switch s {
	case owners.RequestOpen:
		return web.BadgeWaiting
	case owners.RequestDone:
		return web.BadgeDone
	case owners.RequestDeclined:
		return web.BadgeDeclined
	case owners.RequestWithdrawn:
	}
	return web.BadgeWithdrawn
}

// Wish is what an owner asks for, in the words of the page's language. l may be nil.
func Wish(q *web.Request, r owners.Request, l *licensing.License) string {
	n := r.Quantity / terms.Unit
	switch r.Wish {
	case owners.WishActivations:
		if l != nil && l.AnyNumber() {
			return q.T("%d more sessions", n)
		}
		return q.T("%d more activations", n)
	case owners.WishMeter:
		return q.T("%s more of “%s”", q.Language().Decimal(string(terms.AppendQuantity(nil, r.Quantity))), r.MeterName)
	case owners.WishRenewal:
		return q.T("Renewal by %d months", n)
	case owners.WishOther:
	}
	return q.T("Something else")
}
