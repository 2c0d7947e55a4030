package files

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/owners"
	"chancery/internal/refusal"
	"chancery/internal/web"
	"chancery/internal/web/offlineportal"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Rows reads licences and their activations. What is missing or out of reach is a
// NotFound fault.
type Rows interface {
	ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error)
	Activations(ctx context.Context, r owners.Reach, license ident.UUID, past bool, list listing.Request) (listing.Page[*licensing.Activation], error)
}

// Files makes licence files that a person carries.
type Files interface {
	// LicenseXML gives a signed file of a licence, for one of its activations or for none
	// (zero), or why there is none. Who may not manage the licence gets none.
	LicenseXML(ctx context.Context, r owners.Reach, license, activation ident.UUID) ([]byte, *refusal.Refusal, error)

	// Refresh makes a refresh file of one of a licence's activations, and Again gives the
	// answer of a file of the licence once more; Carried lists these. Who may not manage
	// the licence gets no file.
	Refresh(ctx context.Context, r owners.Reach, license, activation ident.UUID) (name string, content []byte, err error)
	Again(ctx context.Context, r owners.Reach, license, file ident.UUID) (name string, content []byte, err error)
	Carried(ctx context.Context, r owners.Reach, license ident.UUID, list listing.Request) (listing.Page[offline.File], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face  *web.Face
	Rows  Rows
	Files Files
}

// Pages are the pages of files.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Files == nil {
		return nil, errors.New("files: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/licenses/{id}/files", portal.Own(), "files.html", p.show),
		web.Serve(p.Face, http.MethodPost, "/licenses/{id}/files", portal.Own(), p.send),
		web.Serve(p.Face, http.MethodPost, "/licenses/{id}/files/refresh", portal.Own(), p.refresh),
		web.Serve(p.Face, http.MethodGet, "/licenses/{id}/files/{file}", portal.Own(), p.again),
	}
}

type filesPage struct {
	web.Page

	Action  string
	Devices []web.Option
	May     bool
	XML     bool // whether there are XML files, too
	Wrong   *web.Notice
	List    web.List
}

func (p *Pages) show(q *web.Request) (*filesPage, error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return nil, err
	}
	page := &filesPage{Page: portal.Header(q, l, portal.FilesPart), Action: show.LicenseHref(q, l.UUID) + "/files"}
	page.May, page.XML = portal.May(q, l, owners.Manage), l.Terms().Policy.XMLFilesAllowed
	switch {
	case !l.Terms().Policy.OfflineAllowed:
		page.Wrong, page.May = &web.Notice{
			Tone: web.Info, Title: q.T("Not offline."), Links: portal.Contact(q),
			Text: q.T("This licence may not be used without a connection. Ask %s, if you need that.", q.Vendor.Name),
		}, false
	case !page.May:
		page.Wrong = &web.Notice{Tone: web.Info, Title: q.T("Not for your role."), Text: q.T("Ask the licensee, or an administrator of the customer.")}
	}
	newest := listing.Request{Limit: listing.MaxLimit, Sort: "created_at", Desc: true}
	if no := licensing.NoFile(l, page.Now); no != nil && page.May {
		page.May = false
		why, _ := q.Language().Fault(language.RefusedCode+strconv.Itoa(no.ID), no.Message, no.Help)
		page.Wrong = &web.Notice{Tone: web.Warning, Title: q.T("No files are made of this licence."), Text: why, Links: portal.Contact(q)}
	}
	carried := show.Carried{Owner: true, Rows: func(q *web.Request, r listing.Request) (listing.Page[offline.File], error) {
		return p.Files.Carried(q.Context(), q.Reach(), l.UUID, r)
	}}
	if portal.May(q, l, owners.Manage) {
		carried.Again = func(f offline.File) string { return page.Action + "/" + f.UUID.String() }
	}
	if page.List, err = show.FilesTable(q, carried).View(q, &page.Page); err != nil {
		return nil, err
	}
	page.List.CSV = ""
	found, err := p.Rows.Activations(q.Context(), q.Reach(), l.UUID, false, newest)
	for _, a := range found.Items {
		page.Devices = append(page.Devices, web.Option{Value: a.UUID.String(), Label: show.ClientName(a) + " (" + show.Joined(show.Beside(a), a.Device.Number) + ")"})
	}
	return page, err
}

// refresh hands a refresh file out, which is written down.
func (p *Pages) refresh(w http.ResponseWriter, q *web.Request) error {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return err
	}
	device, err := ident.ParseUUID(q.R.PostFormValue("activation"))
	if err != nil {
		return fault.Wrong(fault.Field{Name: "activation", Message: "must be chosen from the list"})
	}
	name, content, err := p.Files.Refresh(q.Context(), q.Reach(), l.UUID, device)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	offlineportal.Send(w, name, content)
	return nil
}

// again hands the answer of a file out once more.
func (p *Pages) again(w http.ResponseWriter, q *web.Request) error {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return err
	}
	id, err := q.ID("file")
	if err != nil {
		return err
	}
	if q.R.Method == http.MethodHead { // who only looks has nothing
		return nil
	}
	name, content, err := p.Files.Again(q.Context(), q.Reach(), l.UUID, id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	offlineportal.Send(w, name, content)
	return nil
}

// send hands a licence file out, which is written down.
func (p *Pages) send(w http.ResponseWriter, q *web.Request) error {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return err
	}
	var device ident.UUID
	if text := q.R.PostFormValue("activation"); text != "" {
		if device, err = ident.ParseUUID(text); err != nil {
			return fault.Wrong(fault.Field{Name: "activation", Message: "must be chosen from the list"})
		}
	}
	body, no, err := p.Files.LicenseXML(q.Context(), q.Reach(), l.UUID, device)
	if err != nil {
		return err
	}
	if no != nil {
		return fault.Refused(language.RefusedCode+strconv.Itoa(no.ID), no.Message, no.Help)
	}
	h := w.Header()
	h.Set("Content-Type", "application/xml")
	h.Set("Content-Disposition", `attachment; filename="license.xml"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // the client is gone: nothing left to tell it
	return nil
}
