package licenses

import (
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type filesPage struct {
	web.Page

	Action  string
	Clients []web.Option
	May     bool
	Wrong   *web.Notice
}

func (p *Pages) files() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/licenses/{id}/files", web.Needs(identity.ViewLicenses), "files.html", p.showFiles),
		web.Serve(p.Face, http.MethodPost, "/licenses/{id}/files", web.Needs(identity.ManageLicenses), p.sendFile),
	}
}

func (p *Pages) showFiles(q *web.Request) (*filesPage, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, err
	}
	page := &filesPage{Page: p.header(q, l, "Files"), Action: show.LicenseHref(q, l.UUID) + "/files", May: q.May(identity.ManageLicenses)}
	if !l.Terms().Policy.OfflineAllowed {
		page.Wrong = &web.Notice{Tone: web.Info, Title: "Not offline.", Text: "This licence may not be used offline: change it, or its edition, to allow that."}
		page.May = false
	}
	clients, err := p.Rows.Activations(q.Context(), q.VendorID(), l.ID, false, listing.Request{Limit: listing.MaxLimit, Sort: "created_at", Desc: true})
	for _, a := range clients.Items {
		page.Clients = append(page.Clients, web.Option{Value: a.TokenKey.String(), Label: show.ClientName(a) + " (" + show.Joined(show.Beside(a), a.Device.Number) + ")"})
	}
	return page, err
}

// sendFile hands a licence file out, which is written down.
func (p *Pages) sendFile(w http.ResponseWriter, q *web.Request) error {
	id, err := q.ID("id")
	if err != nil {
		return err
	}
	l, err := p.Rows.ByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return err
	}
	c := licensing.FileCommand{Vendor: q.VendorID(), License: l.UUID, ByID: true}
	if text := q.R.PostFormValue("token_key"); text != "" {
		if c.TokenKey, err = ident.ParseUUID(text); err != nil {
			return fault.Wrong(fault.Field{Name: "token_key", Message: "must be chosen from the list"})
		}
	}
	body, no, err := p.Files.LicenseXML(q.Context(), q.Principal, c)
	if err != nil {
		return err
	}
	if no != nil {
		return fault.Refused("no_file", no.Message, no.Help)
	}
	h := w.Header()
	h.Set("Content-Type", "application/xml")
	h.Set("Content-Disposition", `attachment; filename="license.xml"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // the client is gone: nothing left to tell it
	return nil
}
