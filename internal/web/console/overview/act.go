package overview

import (
	"time"

	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// A todo is one thing that asks for somebody to act.
type todo struct {
	Badge web.Badge
	What  web.ShownCell
	Who   string
	Why   string
	When  web.Moment
	Act   web.Link // none for who may not
}

// each is how many of each kind are named; the lists have all.
const each = 3

// countedRequests is how far open requests are counted.
const countedRequests = 1000

// requests is what owners ask for, who wait longest first; the last line leads to the rest.
func (r *reading) requests(page *web.Page) (all []todo) {
	waiting, err := r.p.Requests.CountOpenRequests(r.q.Context(), r.q.VendorID(), countedRequests)
	if err != nil || waiting == 0 {
		r.err = err
		return nil
	}
	first, err := r.p.Requests.Requests(r.q.Context(), r.q.VendorID(), owners.RequestFilter{State: owners.RequestOpen}, listing.Request{Limit: each})
	r.err = err
	for _, one := range first.Items {
		all = append(all, todo{
			Badge: show.RequestBadge(one.State), Who: one.UserEmail, Why: "asked", When: page.Ago(one.AskedAt),
			What: page.Cell(web.Cell{Text: show.Wish(r.q, one, nil), Href: show.LicenseHref(r.q, one.LicenseID)}),
			Act:  web.Link{Label: "Answer", Href: r.q.Href("/requests/" + one.UUID.String())},
		})
	}
	if waiting > each {
		all = append(all, todo{
			Badge: web.BadgeWaiting, Why: "of " + web.Number(waiting) + " requests in all",
			What: page.Cell(web.Cell{Text: web.Number(waiting-each) + " more", Href: r.q.Href("/requests")}),
		})
	}
	return all
}

// The todo list is the few things to act on first.
func (r *reading) todo() []todo {
	if r.err != nil {
		return nil
	}
	page := r.q.Page("")
	now := r.q.Now()
	all := r.requests(&page)
	ending, err := r.p.Attention.EndingSoon(r.q.Context(), r.q.VendorID(), noUUID, now, now.Add(7*24*time.Hour), listing.Request{Limit: each})
	if err != nil {
		r.err = err
		return nil
	}
	for _, e := range ending.Items {
		all = append(all, todo{
			Badge: web.BadgeExpiring, Who: e.License.Customer.CompanyName, Why: "ends", When: page.Ending(e.EndsAt),
			What: page.Cell(web.Cell{Text: show.LicenseName(e.License), Href: show.LicenseHref(r.q, e.License.UUID)}),
			Act:  web.Link{Label: "Extend", Href: show.LicenseHref(r.q, e.License.UUID) + "/extend"},
		})
	}
	zone, err := r.p.Attention.GoodwillZone(r.q.Context(), r.q.VendorID(), noUUID, now, listing.Request{Limit: each})
	if err != nil {
		r.err = err
		return nil
	}
	for _, g := range zone.Items {
		all = append(all, todo{
			Badge: web.BadgeGoodwill, Who: g.License.Customer.CompanyName, Why: "went above its contract", When: page.Ago(g.EnteredAt),
			What: page.Cell(web.Cell{Text: show.LicenseName(g.License), Href: show.LicenseHref(r.q, g.License.UUID)}),
			Act:  web.Link{Label: "Add activations", Href: show.AddTokensHref(r.q.Base, g.License.UUID)},
		})
	}
	used, err := r.p.Attention.UsedUp(r.q.Context(), r.q.VendorID(), noUUID, listing.Request{Limit: each, Desc: true})
	if err != nil {
		r.err = err
		return nil
	}
	for _, u := range used.Items {
		all = append(all, todo{
			Badge: web.BadgeUsedUp, Who: u.License.Customer.CompanyName, Why: "refused " + web.Count(u.Refused, "call", "calls") + ", the first",
			When: page.Ago(u.License.UsedUpAt),
			What: page.Cell(web.Cell{Text: show.LicenseName(u.License), Href: show.LicenseHref(r.q, u.License.UUID)}),
			Act:  web.Link{Label: "Add activations", Href: show.AddTokensHref(r.q.Base, u.License.UUID) + "?about=used-up"},
		})
	}
	all = append(append(r.hosts(&page), all...), r.files(&page)...)
	for i := range all {
		if !r.q.MayOpen(all[i].Act.Href) {
			all[i].Act = web.Link{}
		}
	}
	return all
}
