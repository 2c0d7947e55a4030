package overview

import (
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Reminder tells people at sign-in which of their customers' own cards have few days left,
// and how many devices stop soon.
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
	stats, err := r.Rows.Statistics(q.Context(), q.VendorID(), prepaid.Holder{Customer: m.Customer})
	if err != nil {
		return n, false, err
	}
	all := stats.Total()
	dark, err := r.Rows.GoingDark(q.Context(), q.VendorID(), m.Customer, prepaid.SoonDark(q.Now()))
	if err != nil {
		return n, false, err
	}
	l := frame.LookFor(q, m)
	n = web.Notice{Tone: web.Soon, Title: q.T("Prepaid licences of %s:", m.Name)}
	add := func(text string, many int64, href string) {
		if many > 0 {
			n.Links = append(n.Links, web.Link{Label: text, Href: href})
		}
	}
	week, month := all.UnderWeek.Bound+all.UnderWeek.Unbound, all.UnderMonth.Bound+all.UnderMonth.Unbound
	add(q.T("%d devices stop within 7 days", dark), dark, l.Href(frame.DevicesPath, "soon", "1"))
	add(q.T("%d cards with 1 to 6 days left", week), week, cardsWith(l, 1, prepaid.WeekDays-1, ""))
	add(q.T("%d cards with 1 to 29 days left", month), month, cardsWith(l, 1, prepaid.MonthDays-1, ""))
	if dark > 0 || week > 0 {
		n.Tone = web.Warning
	}
	return n, len(n.Links) > 0, nil
}
