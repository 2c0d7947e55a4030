package settings

import (
	"io"
	"net/http"

	"chancery/internal/colour"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

const brandingPath = "/settings/vendor/branding"

// formBytes is what the form has beside its picture.
const formBytes = 64 << 10

type brandingPage struct {
	web.FormPage

	Preview string // address of the frame
}

func (p *Pages) branding() []edge.Route {
	needs := web.Needs(identity.ManageVendor)
	routes := web.EditWith(p.face, brandingPath, needs, "branding.html", web.OfAll("vendor"), p.askBranding, p.readBranding, p.setBranding)
	routes = append(routes,
		web.Serve(p.face, http.MethodGet, brandingPath+"/preview", needs, p.previewStored),
		web.Serve(p.face, http.MethodPost, brandingPath+"/preview", needs, p.previewSent),
	)
	for i := range routes {
		if routes[i].Method == http.MethodPost {
			routes[i].BodyLimit = vendors.MaxLogoBytes + formBytes
		}
	}
	return routes
}

// vendorTabs are the pages of what a vendor is.
func vendorTabs(q *web.Request, active string) []web.Tab {
	return []web.Tab{
		{Label: "Vendor", Href: q.Href("/settings/vendor"), Active: active == "/settings/vendor"},
		{Label: "Branding", Href: q.Href(brandingPath), Active: active == brandingPath},
		{Label: "Host names", Href: q.Href(hostsPath), Active: active == hostsPath},
	}
}

func (p *Pages) askBranding(q *web.Request, form *web.Form) (*brandingPage, error) {
	page := &brandingPage{FormPage: web.FormPage{Page: q.Page("Vendor & branding"), Form: form}, Preview: q.Href(brandingPath + "/preview")}
	page.Sub, page.Tabs = "What your customers see of you: on their portal, where they sign in to it, and in mails.", vendorTabs(q, brandingPath)
	b := q.Vendor.Branding
	form.ID, form.Submit, form.Files = "branding", "Save", true
	name := []web.Field{
		{Name: "shown_name", Label: "Name shown", Value: b.Name, Placeholder: q.Vendor.Name, Hint: "Where customers know you by another name than your team does."},
		{
			Name: "logo", Label: "Logo", Kind: web.FileField, Accept: ".png,.jpg,.jpeg,image/png,image/jpeg",
			Hint: "PNG or JPEG, up to 1 MB. It is shown 36 pixels high, on white where pages are dark. No SVG: such a file can hold more than a picture.",
		},
	}
	if b.Logo != "" {
		name = append(name, web.Field{Name: "remove_logo", Label: "Take the logo away", Kind: web.CheckField})
	}
	form.Add(web.Group{Title: "Name and logo", Fields: name})
	form.Add(web.Group{
		Title: "Colours", Text: "Of buttons and links. Where one can't be read as a text, links take the nearest that can; the preview says so.",
		Fields: []web.Field{
			{
				Name: "accent_light", Label: "Accent on light pages", Value: string(b.AccentLight), Placeholder: "#1f5fbf", Mono: true,
				Hint: "#rrggbb. Mails have it, too.",
			},
			{Name: "accent_dark", Label: "Accent on dark pages", Value: string(b.AccentDark), Placeholder: "#6aa3f0", Mono: true},
		},
	})
	form.Add(web.Group{
		Title: "Support", Text: "Support e-mail and website are on the page Vendor.",
		Fields: []web.Field{{
			Name: "support_text", Label: "Support text", Kind: web.AreaField, Rows: 3, Value: b.SupportText,
			Placeholder: "Monday to Friday, 9 to 17: +44 20 7946 0000", Hint: "Where customers sign in, under Help, and at the end of mails. Up to 500 characters.",
		}},
	})
	return page, nil
}

// readBranding reads the form, and makes a logo of the picture, which takes too long
// within a transaction.
func (p *Pages) readBranding(q *web.Request, in web.Values) (vendors.BrandingChange, error) {
	name, light, dark, support := in.Text("shown_name"), in.Text("accent_light"), in.Text("accent_dark"), in.Get("support_text")
	c := vendors.BrandingChange{Name: &name, AccentLight: &light, AccentDark: &dark, SupportText: &support}
	header := q.File("logo")
	if header == nil || header.Size == 0 {
		if in.Flag("remove_logo") {
			c.Logo = &vendors.Logo{}
		}
		return c, in.Err()
	}
	f, err := header.Open()
	if err != nil {
		return c, err
	}
	defer func() { _ = f.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, vendors.MaxLogoBytes+1))
	if err != nil {
		return c, err
	}
	logo, err := vendors.ReadLogo(content)
	if err != nil {
		return c, err
	}
	c.Logo = &logo
	return c, in.Err()
}

func (p *Pages) setBranding(t tx.Tx, q *web.Request, c vendors.BrandingChange) (web.Done, error) {
	_, err := p.Vendors.Update(t, q.VendorID(), vendors.Change{Branding: c})
	return web.Done{To: q.Href(brandingPath), Say: web.Flash{Text: "The branding was saved. Pages and mails have it from now on."}}, err
}

func (p *Pages) previewStored(w http.ResponseWriter, q *web.Request) error {
	return p.preview(w, q, vendors.BrandingChange{}, nil)
}

// previewSent shows what is typed, not saved.
func (p *Pages) previewSent(w http.ResponseWriter, q *web.Request) error {
	in, err := q.Form()
	if err != nil {
		return err
	}
	c, wrong := p.readBranding(q, in)
	if wrong != nil && fault.As(wrong).Kind != fault.Invalid {
		return wrong
	}
	return p.preview(w, q, c, wrong)
}

// preview shows the branding as it is after a change.
func (p *Pages) preview(w http.ResponseWriter, q *web.Request, c vendors.BrandingChange, wrong error) error {
	v := q.Vendor
	if wrong == nil {
		v.Branding, wrong = v.Branding.With(c)
	}
	if wrong != nil {
		return brandingPreview{Wrong: wrongFields(wrong)}.serve(w)
	}
	logo, err := p.Logos.Logo(q.Context(), v.ID)
	if err != nil {
		return err
	}
	if c.Logo != nil {
		logo = *c.Logo
	}
	body, err := p.MailPreview(q.Context(), v)
	if err != nil {
		return err
	}
	return previewOf(v, logo, body).serve(w)
}

func wrongFields(err error) (all []string) {
	names := map[string]string{
		"shown_name": "Name shown", "logo": "Logo", "accent_light": "Accent on light pages", "accent_dark": "Accent on dark pages",
		"support_text": "Support text",
	}
	e := fault.As(err)
	for _, f := range e.Fields {
		all = append(all, names[f.Name]+" "+f.Message+".")
	}
	if len(all) == 0 {
		all = []string{e.Message}
	}
	return all
}

// The server's own colours, where a vendor has none.
const (
	ownAccent   = colour.Colour("#1f5fbf")
	ownDarkLink = colour.Colour("#6aa3f0")
)
