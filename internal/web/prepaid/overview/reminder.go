package overview

import (
	"chancery/internal/owners"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Reminder tells people at sign-in which of their customers' own cards have few days left,
// by their thresholds, and how many devices stop soon.
type Reminder struct{ Rows Rows }

// Notices are the reminders of who is signed in, one for each customer that has anything to
// be reminded of.
func (r Reminder) Notices(q *web.Request) (all []web.Notice, err error) {
	for _, m := range q.Reach().Customers {
		n, found, err := r.of(q, m)
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, n)
		}
	}
	return all, nil
}

func (r Reminder) of(q *web.Request, m owners.Membership) (n web.Notice, found bool, err error) {
	c, err := r.Rows.CustomerOf(q.Context(), q.VendorID(), m.UUID)
	if err != nil || c == nil {
		return n, false, err
	}
	low, err := r.Rows.LowOf(q.Context(), q.VendorID(), *c, q.Now())
	if err != nil {
		return n, false, err
	}
	dark := low.DarkSoon
	l := frame.LookFor(q, m)
	n = web.Notice{Tone: web.Soon, Title: q.T("Prepaid licences of %s:", m.Name)}
	add := func(text string, many int64, href string) {
		if many > 0 {
			n.Links = append(n.Links, web.Link{Label: text, Href: href})
		}
	}
	add(q.T("%d devices stop within 7 days", dark), dark, l.Href(frame.DevicesPath, "soon", "1"))
	add(q.T("%d cards with 1 to %d days left", low.VeryLowCards, low.Low.VeryLow), low.VeryLowCards, cardsWith(l, 1, low.Low.VeryLow, ""))
	add(q.T("%d cards with 1 to %d days left", low.LowCards, low.Low.Days), low.LowCards, cardsWith(l, 1, low.Low.Days, ""))
	if dark > 0 || low.VeryLowCards > 0 {
		n.Tone = web.Warning
	}
	return n, len(n.Links) > 0, nil
}
