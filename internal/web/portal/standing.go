package portal

import (
	"slices"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Of returns of a licence what decides who may do something with it.
func Of(l *licensing.License) owners.License {
	return owners.License{ID: l.ID, UUID: l.UUID, Licensee: l.LicenseeEmail, Customer: l.Customer.ID}
}

// Title is what a licence is called on the portal: its product, and its name where it
// has one.
func Title(l *licensing.License) string {
	if l.Name == "" {
		return l.Product.Name
	}
	return l.Product.Name + " · " + l.Name
}

// Standing says whether a licence holds, and if not why, since when, and what its owner
// can do; and besides, what else the owner should know of it. Urgent sorts it.
func Standing(q *web.Request, page *web.Page, l *licensing.License) (notes []web.Notice) {
	s := licensing.StateOf(l, nil, "", page.Now)
	notes = append(notes, validity(q, page, l, s))
	if n, used := usedUp(q, page, l, s); used {
		notes = append(notes, n)
	}
	onGoodwill := l.OnGoodwill(page.Now) > 0
	if onGoodwill {
		notes = append(notes, web.Notice{
			Tone: web.Notable, Title: q.T("Goodwill is in use."), Links: Contact(q), Actions: askMore(q, l),
			Text: goodwillText(q, page, l),
		})
	}
	if n, soon := ending(q, page, l, s); soon {
		notes = append(notes, n)
	}
	if bar := Activations(q, l); s.IsValid && s.UsedUpAt.IsZero() && !onGoodwill && Nearly(bar) {
		notes = append(notes, web.Notice{
			Tone: web.Soon, Title: q.T("Nearly used up."), Actions: askMore(q, l),
			Text: nearlyText(q, page, l),
		})
	}
	if l.IsTemporary {
		notes = append(notes, web.Notice{
			Tone: web.Info, Title: q.T("Temporary."), Text: q.T("A device may hold it beside another licence, and uses it first while it is valid."),
		})
	}
	return notes
}

func validity(q *web.Request, page *web.Page, l *licensing.License, s licensing.State) web.Notice {
	n := web.Notice{Tone: web.Bad, Links: Contact(q)}
	vendor := q.Vendor.Name
	switch s.Reason {
	case "":
		n = web.Notice{Tone: web.Good, Title: q.T("Valid."), Text: q.T("It has no end.")}
		if !s.ExpiresAt.IsZero() {
			n.Text = q.T("It holds until %s.", page.LastDay(s.ExpiresAt).Text)
		}
	case licensing.ReasonNotStarted:
		n.Tone, n.Title, n.Links = web.Info, q.T("Not started."), nil
		n.Text = q.T("It holds from %s on.", page.FirstDay(l.StartsAt).Text)
	case licensing.ReasonInactive:
		n.Title = q.T("Switched off.")
		n.Text = q.T("%s has switched this licence off: no device can be activated, and those activated stop at their next contact. Ask %s why.", vendor, vendor)
	case licensing.ReasonExpired:
		n.Title, n.Actions = q.T("Expired."), askRenewal(q, l)
		n.Text = q.T("Its last day was %s. Ask %s to renew it.", page.LastDay(s.ExpiresAt).Text, vendor)
	case licensing.ReasonTrialOver:
		n.Title, n.Actions = q.T("The trial is over."), askRenewal(q, l)
		n.Text = q.T("It ended on %s. Ask %s for a full licence.", page.LastDay(s.ExpiresAt).Text, vendor)
	case licensing.ReasonMeasured:
		n.Title = q.T("All measurements are consumed.")
		if s.Consumed != nil {
			n.Actions = askMeter(q, l, s.Consumed.Limitation.ID)
		}
		n.Text = q.T("Since %s all that your contract allows is consumed, and the licence is expired. Ask %s for more; a reset of the present count does not help.",
			page.At(s.ExpiresAt).Text, vendor)
	default:
		n.Title = q.T("Not valid.")
		n.Text = q.T("Ask %s why.", vendor)
	}
	return n
}

// usedUp says that new devices are refused: a state of its own, in which the licence is
// valid.
func usedUp(q *web.Request, page *web.Page, l *licensing.License, s licensing.State) (web.Notice, bool) {
	if s.UsedUpAt.IsZero() {
		return web.Notice{}, false
	}
	return web.Notice{
		Tone: web.Warning, Title: q.T("Used up."), Links: Contact(q), Actions: askMore(q, l),
		Text: usedUpText(q, page, l, s),
	}, true
}

func ending(q *web.Request, page *web.Page, l *licensing.License, s licensing.State) (web.Notice, bool) {
	if !s.IsValid || s.ExpiresAt.IsZero() || s.ExpiresAt.Sub(page.Now) > show.ExpiringWithin {
		return web.Notice{}, false
	}
	return web.Notice{
		Tone: web.Soon, Title: q.T("It ends soon."), Links: Contact(q), Actions: askRenewal(q, l),
		Text: q.T("Its last day is %s (%s). Ask %s to renew it in time.", page.LastDay(s.ExpiresAt).Text, DaysLeft(q, s.ExpiresAt), q.Vendor.Name),
	}, true
}

// Contact is where the vendor says that its customers find help.
func Contact(q *web.Request) []web.Link {
	var links []web.Link
	if mail := q.Vendor.SupportEmail; mail != "" {
		links = append(links, web.Link{Label: mail, Href: "mailto:" + mail})
	}
	if site := q.Vendor.Website; site != "" {
		links = append(links, web.Link{Label: site, Href: site})
	}
	return links
}

// Nearly reports whether nine tenths of something are used, and not all of it.
func Nearly(b web.Bar) bool {
	return b.Limited() && b.Used*10 >= b.Contract*9 && b.Used < max(b.Contract, 1)
}

// DaysLeft says how many days an exclusive end leaves, by the vendor's calendar:
// "12 days left". It is empty for an end that is over.
func DaysLeft(q *web.Request, end time.Time) string {
	now, zone := q.Now(), q.VendorZone()
	if !now.Before(end) {
		return ""
	}
	left := calendar.LastDay(end, zone).Number() - calendar.DayOf(now, zone).Number()
	if left <= 0 {
		return q.T("ends today")
	}
	return q.T("%d days left", left)
}

// Expiry says when a licence ends, and what is left until then.
func Expiry(q *web.Request, page *web.Page, l *licensing.License) (end, left string) {
	policy := l.Terms().Policy
	if at := l.ExpiryOf(policy); !at.IsZero() {
		return page.LastDay(at).Text, DaysLeft(q, at)
	}
	if e := l.Ends(policy); e.Days > 0 {
		return q.T("%d days after the first activation", e.Days), ""
	}
	if policy.TrialDays > 0 {
		return q.T("%d days after the first activation", policy.TrialDays), ""
	}
	return q.T("Never"), ""
}

// UsedContractAllowed says how much is used, how much the contract has, and how much is
// allowed with buffer and goodwill.
func UsedContractAllowed(q *web.Request, b web.Bar) string {
	return q.T("%d used · %d by contract · %d allowed", b.Used, b.Contract, max(b.Allowed, b.Contract))
}

// Urgent sorts notices so that the worst comes first. That all is well is said only where
// there is nothing else to say.
func Urgent(all []web.Notice) []web.Notice {
	order := []web.Tone{web.Bad, web.Warning, web.Notable, web.Soon, web.Info, web.Good}
	slices.SortStableFunc(all, func(a, b web.Notice) int { return slices.Index(order, a.Tone) - slices.Index(order, b.Tone) })
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(n web.Notice) bool { return n.Tone == web.Good })
	}
	return all
}

// Badge is the state of a licence: the one that matters most.
func Badge(l *licensing.License, now time.Time) web.Badge { return show.LicenseBadge(l, now) }

// LongOver reports whether a licence ended more than a month ago: nobody is reminded
// of it any more.
func LongOver(l *licensing.License, now time.Time) bool {
	end := l.ExpiryOf(l.Terms().Policy)
	return !end.IsZero() && now.Sub(end) > show.ExpiringWithin
}

// ExpiryTile shows when a licence ends.
func ExpiryTile(q *web.Request, page *web.Page, l *licensing.License) web.Tile {
	end, left := Expiry(q, page, l)
	t := web.Tile{Label: q.T("Expires"), Value: end}
	if left != "" {
		t.Lines = []string{left}
	}
	switch at := l.ExpiryOf(l.Terms().Policy); {
	case at.IsZero():
	case !page.Now.Before(at):
		t.Label, t.Tone = q.T("Expired"), web.Bad
	case at.Sub(page.Now) <= show.ExpiringWithin:
		t.Tone = web.Soon
	}
	return t
}

// Activations shows how many activations of a licence are in use.
func Activations(q *web.Request, l *licensing.License) web.Bar { return show.Activations(l, q.Now()) }

// Held is how many devices hold an activation of a licence.
func Held(l *licensing.License) int64 { return l.Held() }
