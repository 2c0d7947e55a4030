package licenses

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) askExtend(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Extend the licence", "Extend it")
	if err != nil {
		return nil, err
	}
	next := licensing.NextYear(l, page.Now, q.VendorZone())
	page.Text, page.Notices = nowEnds(&page.Page, l, next.Ends(q.VendorZone()))
	ends := "Never"
	if end := l.ExpiryOf(l.Terms().Policy); !end.IsZero() {
		ends = calendar.LastDay(end, q.VendorZone()).Text()
	}
	form.Watch("Ends", ends)
	form.Add(web.Group{Fields: []web.Field{
		{
			Name: "expires_at", Label: "New last day", Kind: web.DateField, Required: true, Fresh: true, Value: next.String(),
			Hint: "It holds until that day ends in " + q.ZoneOfDays() + ".",
		},
	}})
	return page, nil
}

// nowEnds says when a licence ends now, by which rule, and how a last day may make it
// end sooner than that.
func nowEnds(page *web.Page, l *licensing.License, next time.Time) (text string, warn []web.Notice) {
	s := licensing.StateOf(l, nil, "", page.Now)
	policy, rule := s.Terms.Policy, l.Ends(s.Terms.Policy)
	waits := l.FirstActivatedAt.IsZero()
	switch {
	case rule.Mode == terms.ExpiresDaysActivated && waits:
		text = "It ends " + show.AfterActivation(rule.Days) + ", which is still to come. A last day takes the place of that rule."
		late := calendar.DayOf(next.Add(-time.Duration(rule.Days)*24*time.Hour), page.VendorZone)
		warn = append(warn, web.Notice{
			Tone: web.Warning, Title: "It may end sooner than by its rule.",
			Text: "A last day is the same, whenever it is first activated: with the one below, a first activation after " + late.Text() +
				" leaves less than " + web.Count(int64(rule.Days), "day", "days") + ".",
		})
	case s.ExpiresAt.IsZero():
		text = "The licence has no end now. A last day gives it one."
	case s.IsExpired:
		text = "It held " + page.Until(s.ExpiresAt) + "."
	default:
		text = "It holds " + page.Until(s.ExpiresAt) + " now."
	}
	switch {
	case s.Reason == licensing.ReasonMeasured:
		warn = append(warn, web.Notice{
			Tone: web.Warning, Title: "A last day alone does not help.",
			Text: "All that its contract allows is consumed, and that has ended it: raise what the contract allows.",
		})
	case policy.TrialDays > 0:
		text += " It is a trial of " + web.Count(int64(policy.TrialDays), "day", "days") + ": with a last day it becomes a full licence."
	case rule.Mode == terms.ExpiresDaysActivated && !waits:
		text += " That is " + show.AfterActivation(rule.Days) + ". A last day takes the place of that rule."
	}
	return text, warn
}

func (p *Pages) doExtend(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	until := v.LastDay("expires_at", time.Time{})
	v.Check(until != nil || v.Text("expires_at") != "", "expires_at", "is needed")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	c, err := licensing.Extend(l, *until, t.Now())
	if err != nil {
		return web.Done{}, err
	}
	if l, err = p.Licenses.Update(t, q.VendorID(), id, c); err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: "The licence now holds " + q.Until(*until) + "."}
	if end := l.ExpiryOf(l.Terms().Policy); !end.Equal(*until) {
		say.Text = "The new last day is set, but the licence holds only " + q.Until(end) + "."
	}
	return web.Done{To: show.LicenseHref(q, l.UUID), Say: say}, nil
}
