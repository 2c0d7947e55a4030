package entrance

import (
	"net/http"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/web"
)

// findPage asks at which vendor somebody signs in.
type findPage struct {
	web.Page

	Text string
	Form *web.Form // none where there is no vendor
}

// find are the pages before a vendor is known.
func (p *Pages) find() []edge.Route {
	find := web.Open(p.Face, "/"+p.Face.Name+"/{$}", "nobody has said yet where to sign in", p.findVendor)
	if !p.Front {
		return []edge.Route{find}
	}
	return []edge.Route{
		web.Open(p.Face, "/{$}", "it leads to the "+p.Face.Name, func(w http.ResponseWriter, q *web.Request) error {
			if accept := q.R.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "text/html") && !strings.Contains(accept, "*/*") {
				return edge.NoRoute() // a program has lost its way
			}
			http.Redirect(w, q.R, "/"+p.Face.Name+"/", http.StatusSeeOther)
			return nil
		}),
		find,
	}
}

func (p *Pages) findVendor(w http.ResponseWriter, q *web.Request) error {
	some, err := p.Vendors.Any(q.Context())
	if err != nil {
		return err
	}
	if !some {
		page := &findPage{Page: q.Page(q.T("Nobody signs in here yet"))}
		page.Text = q.T("There is no vendor on this server. Whoever runs it makes one with “chancery vendor create NAME --owner EMAIL”, which prints a password to sign in with.")
		p.findView.Write(w, q, http.StatusOK, page)
		return nil
	}
	form := &web.Form{Get: true, Submit: q.T("Go on")}
	slug := strings.ToLower(q.Text("vendor"))
	found, err := p.found(q, slug)
	if err != nil {
		return err
	}
	if found != "" {
		http.Redirect(w, q.R, p.Face.Base(found)+"/sign-in", http.StatusSeeOther)
		return nil
	}
	if slug != "" {
		form.Wrong = &web.Notice{
			Tone: web.Bad, Title: q.T("There is no “%s” here.", slug),
			Text: q.T("It is the part after /%s/ in the address that you were given.", p.Face.Name),
		}
	}
	page := &findPage{Page: q.Page(q.T("Where do you sign in?")), Form: form}
	page.Text = q.T("Several vendors use this server. Enter yours as it stands in its addresses.")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "vendor", Label: q.T("Vendor"), Value: slug, Placeholder: "acme", Required: true, Focus: true, Mono: true, Complete: "organization"},
	}})
	status := http.StatusOK
	if form.Wrong != nil {
		status = http.StatusNotFound
	}
	p.findView.Write(w, q, status, page)
	return nil
}

// found gives the vendor that was named, or the only one; empty for none.
func (p *Pages) found(q *web.Request, slug string) (string, error) {
	if slug == "" {
		sole, _, err := p.Vendors.Sole(q.Context())
		return sole.Slug, err
	}
	v, err := p.Vendors.BySlug(q.Context(), slug)
	if fault.Is(err, "vendor_not_found") {
		err = nil
	}
	return v.Slug, err
}
