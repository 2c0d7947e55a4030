package overview

import (
	"time"

	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// soonRefreshed is how near a refresh-by asks for attention.
const soonRefreshed = 7 * 24 * time.Hour

// files are the few things to act on first of devices that live from files.
func (r *reading) files(page *web.Page) (all []todo) {
	ctx, v, newest := r.q.Context(), r.q.VendorID(), listing.Request{Limit: each, Desc: true}
	wanted, err := r.p.Attention.Deletions(ctx, v, false, listing.Request{Limit: each})
	for _, s := range wanted.Items {
		deleted := web.Badge{Word: "Deleted", Tone: web.Warning}
		all = append(all, r.seat(page, s, deleted, "by its owner, and goes on by its file; asked", page.Ago(s.Deletion.AskedAt), "/offline"))
	}
	due, failed := r.p.Attention.RefreshesDue(ctx, v, page.Now.Add(soonRefreshed), listing.Request{Limit: each})
	for _, s := range due.Items {
		why := "wants a refresh file"
		if !page.Now.Before(s.Activation.RefreshBy) {
			why = "has stopped: its file wanted a refresh"
		}
		all = append(all, r.seat(page, s, web.Badge{Word: "Refresh", Tone: web.Soon}, why, page.Ending(s.Activation.RefreshBy), "/offline/refreshes"))
	}
	copies, wrong := r.p.Files.Copies(ctx, v, 0, newest)
	for _, c := range copies.Items {
		all = append(all, todo{
			Badge: web.Badge{Word: "Two copies", Tone: web.Warning}, Who: c.Customer, Why: "of one device; the other last told", When: page.Ago(c.Both[0].At),
			What: page.Cell(web.Cell{Text: c.ClientID, Href: show.ActivationHref(r.q, c.Activation)}),
			Act:  web.Link{Label: "Look", Href: r.q.Href("/offline/copies")},
		})
	}
	above, bad := r.p.Files.Exceeding(ctx, v, newest)
	for _, f := range above.Items {
		all = append(all, todo{
			Badge: web.Badge{Word: "Above limit", Tone: web.Warning}, Who: f.LicenseName, Why: "a device without internet told it", When: page.Ago(f.At),
			What: page.Cell(web.Cell{Text: show.ValueOr(f.Hostname, f.ClientID), Href: show.ActivationHref(r.q, f.Activation)}),
			Act:  web.Link{Label: "Look", Href: r.q.Href("/offline/exceeded")},
		})
	}
	for _, e := range []error{err, failed, wrong, bad} {
		if e != nil {
			r.err = e
		}
	}
	return all
}

// seat is a device that asks for something.
func (r *reading) seat(page *web.Page, s licensing.Seat, badge web.Badge, why string, when web.Moment, list string) todo {
	t := todo{
		Badge: badge, Why: why, When: when, Act: web.Link{Label: "Look", Href: r.q.Href(list)},
		What: page.Cell(web.Cell{Text: show.ClientName(s.Activation), Href: show.ActivationHref(r.q, s.Activation.UUID)}),
	}
	if s.License != nil {
		t.Who = s.License.Customer.CompanyName
	}
	return t
}
