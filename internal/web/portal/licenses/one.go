package licenses

import (
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

type licencePage struct {
	web.Page

	Tiles    []web.Tile
	Keys     []web.ShownFact
	Facts    []web.ShownFact
	Licensee []web.ShownFact
	Grants   []grant
	Meters   []meter
	Requests []request
	Older    string // says that there are more requests; empty where there are none
}

// request is what was asked for, as the page shows it.
type request struct {
	Wish     string
	Badge    web.Badge
	Asked    web.Moment
	By       string
	Message  string
	Answer   string
	Withdraw string // address that takes it back; empty where it can't be
}

// shownRequests is how many the page shows, the newest first.
const shownRequests = 10

func (p *Pages) requests(q *web.Request, page *licencePage, l *licensing.License) error {
	found, err := p.Rows.OwnRequests(q.Context(), q.Reach(), owners.RequestFilter{License: l.UUID}, listing.Request{Limit: shownRequests, Desc: true})
	for _, r := range found.Items {
		shown := request{
			Wish: show.Wish(q, r, l), Badge: show.RequestBadge(r.State), Asked: page.Ago(r.AskedAt), By: r.UserEmail, Message: r.Message, Answer: r.Answer,
		}
		if r.State == owners.RequestOpen && portal.May(q, l, owners.AskVendor) {
			shown.Withdraw = show.LicenseHref(q, l.UUID) + "/requests/" + r.UUID.String() + "/withdraw"
		}
		page.Requests = append(page.Requests, shown)
	}
	if found.Next != "" {
		page.Older = q.T("Only the newest %d are shown. An older one that is open shows where the same is asked for.", shownRequests)
	}
	return err
}

// grant is one line of what the licence grants.
type grant struct {
	Name, Value, Hint string
	Off               bool
}

func (p *Pages) show(q *web.Request) (*licencePage, error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return nil, err
	}
	page := &licencePage{Page: portal.Header(q, l, portal.LicencePart)}
	page.Notices = portal.Standing(q, &page.Page, l)
	page.Tiles = []web.Tile{
		portal.ActivationTile(q, &page.Page, l),
		portal.ExpiryTile(q, &page.Page, l),
	}
	if t, limited := portal.DeactivationTile(q, l); limited {
		page.Tiles = append(page.Tiles, t)
	}
	page.Keys = page.Page.Facts(keys(q, l)...)
	page.Facts = page.Page.Facts(facts(q, l)...)
	page.Licensee = page.Page.Facts(licensee(q, l)...)
	page.Grants = grants(q, &page.Page, l)
	if err := p.meters(q, page, l); err != nil {
		return nil, err
	}
	page.Notices = portal.Urgent(page.Notices)
	page.Actions = portal.AskActions(q, l)
	if mayHandOver(q, l) {
		page.Actions = append(page.Actions, web.Action{
			Label: q.T("Hand over"), Href: show.LicenseHref(q, l.UUID) + "/hand-over", Icon: "user-check", Plain: true,
		})
	}
	if err = p.requests(q, page, l); err != nil {
		return nil, err
	}
	return page, p.pending(q, &page.Page, l)
}

func keys(q *web.Request, l *licensing.License) []web.Fact {
	key := func(label, hint, text string) web.Fact {
		return web.Fact{Label: label, Hint: hint, Cell: web.Cell{Text: text, Mono: true, Copy: text}}
	}
	all := []web.Fact{key(q.T("License key"), q.T("It is entered in the program, once on each device"), l.LicenseKey.String())}
	if l.PrintedKey != "" {
		all = append(all, key(q.T("License key to type"), q.T("The same key in a form that is easy to type"), l.PrintedKey))
	}
	if l.LegacyKey != "" {
		all = append(all, key(q.T("Key of an older system"), "", l.LegacyKey))
	}
	return append(all,
		key(q.T("License ID"), q.T("What support asks for"), l.UUID.String()),
		key(q.T("Product ID"), "", l.Product.UUID.String()))
}

func facts(q *web.Request, l *licensing.License) []web.Fact {
	begin := web.Cell{Text: q.T("At once"), Quiet: true}
	if !l.StartsAt.IsZero() {
		begin = web.Cell{FirstDay: l.StartsAt}
	}
	page := q.Page("")
	text, left := portal.Expiry(q, &page, l)
	first := web.Cell{Text: q.T("Not yet"), Quiet: true}
	if !l.FirstActivatedAt.IsZero() {
		first = web.Cell{Day: l.FirstActivatedAt}
	}
	return []web.Fact{
		{Label: q.T("Product"), Cell: web.Cell{Text: l.Product.Name}},
		{Label: q.T("Edition"), Cell: web.Cell{Text: l.Edition.Name}},
		{Label: q.T("Type"), Cell: web.Cell{Text: q.Language().Word(show.LicenseType(l.Edition.LicenseType)), Sub: counts(q, l)}},
		{Label: q.T("Issued"), Cell: web.Cell{Day: l.CreatedAt}},
		{Label: q.T("Begins"), Cell: begin},
		{Label: q.T("Ends"), Hint: q.T("It holds until that day is over in %s", q.ZoneOfDays()), Cell: web.Cell{Text: text, Sub: left}},
		{Label: q.T("First activation"), Cell: first},
	}
}

// counts says what the licence counts.
func counts(q *web.Request, l *licensing.License) string {
	switch {
	case l.Edition.Mode == terms.Floating:
		return q.T("counts sessions that are open at once")
	case l.CountsMonths():
		return q.T("counts the devices of each month")
	case l.Edition.ClientType == terms.Users:
		return q.T("counts users")
	}
	return q.T("counts devices")
}

func licensee(q *web.Request, l *licensing.License) []web.Fact {
	all := []web.Fact{{Label: q.T("E-mail"), Cell: web.Cell{Text: l.LicenseeEmail}}}
	if q.Reach().Owns(l.LicenseeEmail) && q.Person.Name != "" {
		all = append([]web.Fact{{Label: q.T("Name"), Cell: web.Cell{Text: q.Person.Name}}}, all...)
	}
	return append(all,
		web.Fact{Label: q.T("Company"), Cell: web.Cell{Text: l.Customer.CompanyName}},
		web.Fact{Label: q.T("Customer number"), Cell: web.Cell{Text: l.Customer.CustomerNumber}})
}

// grants are the features, limitations and variables that hold. Limitations that are
// consumed are meters.
func grants(q *web.Request, page *web.Page, l *licensing.License) []grant {
	held := l.Terms().Grants.Shown()
	all := make([]grant, 0, len(held.Features)+len(held.Limitations)+len(held.Variables))
	for _, f := range held.Features {
		g := grant{Name: f.Name, Hint: f.Description, Value: q.T("included"), Off: !f.IsActive}
		switch {
		case !f.IsActive:
			g.Value = q.T("not included")
		case f.ExpiresAt != nil && !f.ExpiresAt.After(page.Now):
			g.Value, g.Off = q.T("ended on %s", page.LastDay(*f.ExpiresAt).Text), true
		case f.ExpiresAt != nil:
			g.Value = q.T("included until %s", page.LastDay(*f.ExpiresAt).Text)
		}
		all = append(all, g)
	}
	for _, k := range held.Limitations {
		if !k.IsMeter() {
			all = append(all, grant{Name: k.Name, Hint: k.Description, Value: portal.Limit(q, k.Limit)})
		}
	}
	for _, k := range held.Variables {
		all = append(all, grant{Name: k.Name, Hint: k.Description, Value: k.Value})
	}
	return all
}
