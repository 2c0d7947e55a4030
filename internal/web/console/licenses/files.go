package licenses

import (
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type filesPage struct {
	web.Page

	Action  string
	Clients []web.Option
	May     bool
	Wrong   *web.Notice
	List    web.List
}

func (p *Pages) files() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/licenses/{id}/files", web.Needs(identity.ViewLicenses), "files.html", p.showFiles),
		web.CSV(p.Face, "/licenses/{id}/files/export", web.Needs(identity.ViewLicenses), func(q *web.Request) (web.Table[offline.File], error) {
			l, err := p.licence(q)
			if err != nil {
				return web.Table[offline.File]{}, err
			}
			return show.FilesTable(q, p.kept(q, l)), nil
		}),
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
	if p := l.Terms().Policy; p.OfflineAllowed && !p.XMLFilesAllowed {
		page.Wrong = &web.Notice{Tone: web.Info, Title: "No XML files.", Text: "SLASCONE’s XML files are off: change this licence, or its edition, to allow them."}
		page.May = false
	}
	if q.May(identity.ManageActivations) {
		page.Actions = append([]web.Action{{Label: "Upload a file", Href: q.Href("/offline/upload"), Icon: "upload", Plain: true}}, page.Actions...)
	}
	if page.List, err = show.FilesTable(q, p.kept(q, l)).View(q, &page.Page); err != nil {
		return nil, err
	}
	page.List.CSV = page.Action + "/export"
	clients, err := p.Rows.Activations(q.Context(), q.VendorID(), l.ID, false, listing.Request{Limit: listing.MaxLimit, Sort: "created_at", Desc: true})
	for _, a := range clients.Items {
		page.Clients = append(page.Clients, web.Option{Value: a.TokenKey.String(), Label: show.ClientName(a) + " (" + show.Joined(show.Beside(a), a.Device.Number) + ")"})
	}
	return page, err
}

// kept are the files of a licence as its page lists them.
func (p *Pages) kept(q *web.Request, l *licensing.License) show.Carried {
	c := show.Carried{
		Rows: func(q *web.Request, r listing.Request) (listing.Page[offline.File], error) {
			return p.FileRows.Files(q.Context(), q.VendorID(), l.ID, r)
		},
	}
	if q.May(identity.ManageActivations) {
		c.Again = func(f offline.File) string { return q.Href("/offline/files/" + f.UUID.String()) }
	}
	return c
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

// copiesNotes says that a device of the licence was copied.
func (p *Pages) copiesNotes(q *web.Request, _ *web.Page, l *licensing.License) ([]web.Notice, error) {
	copies, err := p.FileRows.Copies(q.Context(), q.VendorID(), l.ID, listing.Request{Limit: 1, Desc: true})
	if err != nil || len(copies.Items) == 0 {
		return nil, err
	}
	return []web.Notice{{
		Tone: web.Warning, Title: "Two copies of one device.", Text: "Devices of this licence tell of other uses under the same numbers.",
		Actions: []web.Action{{Label: "Look at both", Href: q.Href("/offline/copies"), Plain: true}},
	}}, nil
}
