package licenses

import (
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// shownRequests is how many open requests the page of a licence shows.
const shownRequests = 5

// requestNotes say what the owners of a licence ask for, with a button that answers it.
func (p *Pages) requestNotes(q *web.Request, page *web.Page, l *licensing.License) (notes []web.Notice, err error) {
	found, err := p.Requests.Requests(q.Context(), q.VendorID(), owners.RequestFilter{State: owners.RequestOpen, License: l.UUID},
		listing.Request{Limit: shownRequests})
	for _, r := range found.Items {
		n := web.Notice{Tone: web.Info, Title: show.Wish(q, r, l) + ".", Text: r.UserEmail + " asked for it on " + page.At(r.AskedAt).Text + "."}
		if r.Message != "" {
			n.Text += " “" + r.Message + "”"
		}
		if q.May(identity.ManageLicenses) {
			n.Actions = []web.Action{{Label: "Answer", Href: q.Href("/requests/" + r.UUID.String()), Icon: "message", Plain: true}}
		}
		notes = append(notes, n)
	}
	if found.Next != "" {
		notes = append(notes, web.Notice{
			Tone: web.Info, Title: "More is asked for this licence.", Text: "These are the " + web.Number(shownRequests) + " that wait longest.",
			Actions: []web.Action{{Label: "All requests", Href: q.Href("/requests"), Icon: "message", Plain: true}},
		})
	}
	return notes, err
}
