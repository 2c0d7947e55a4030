package licenses

import (
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// subscription says what the system says that decides whether the licence holds; none of
// a licence that decides it itself.
func (p *Pages) subscription(q *web.Request, l *licensing.License) ([]web.Fact, error) {
	if l.Edition.LicenseType != terms.Subscription {
		return nil, nil
	}
	s, err := p.Rows.Subscription(q.Context(), q.VendorID(), l.ID)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return []web.Fact{{
			Label: "Subscription", Cell: web.Cell{Text: "Nothing was said of it yet", Quiet: true},
			Hint: "Your billing system says by the API or a webhook whether it holds",
		}}, nil
	}
	return []web.Fact{
		{Label: "Subscription", Cell: web.Cell{Text: subscriptionWords(s.Status), Sub: s.Provider + " · " + s.ExternalID}},
		{Label: "Said last", Cell: web.Cell{When: s.UpdatedAt}},
	}, nil
}

// subscriptionWords is what a status is called.
func subscriptionWords(s licensing.SubscriptionStatus) string {
	switch s {
	case licensing.SubscriptionActive:
		return "Active"
	case licensing.SubscriptionTrialing:
		return "Trial"
	case licensing.SubscriptionPastDue:
		return "Past due, still granted"
	case licensing.SubscriptionPaused:
		return "Paused"
	case licensing.SubscriptionUnpaid:
		return "Unpaid"
	case licensing.SubscriptionCanceled:
		return "Canceled"
	}
	return string(s)
}
