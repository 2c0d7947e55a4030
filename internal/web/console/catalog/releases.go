package catalog

import (
	"net/url"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

const releaseMeans = "The software releases that licences can be limited to, by the text that clients send. Releases named in a product or an edition are added here by themselves."

func (p *Pages) releases() []edge.Route {
	deletes := removes(p, word{path: "releases", one: "release"}, "Only what neither the product nor an edition names can be deleted.",
		func(t tx.Tx, q *web.Request, id ident.UUID) error {
			return p.Catalog.DeleteRelease(t, q.VendorID(), id)
		})
	return append(append(deletes, web.EditWith(p.Face, "/products/{id}/releases/put", web.Needs(identity.ManageCatalog), "form.html", releaseOf,
		p.askRelease, p.prepareRelease, p.putRelease)...),
		web.Lists(p.Face, "/products/{id}/releases", web.Needs(identity.ViewCatalog), p.releaseTable, func(q *web.Request) (web.Page, error) {
			page, err := p.chrome(q, "releases")
			page.Sub = releaseMeans
			if q.May(identity.ManageCatalog) {
				page.Actions = append([]web.Action{addRelease(q)}, page.Actions...)
			}
			return page, err
		}))
}

func addRelease(q *web.Request) web.Action {
	return web.Action{Label: "Add a release", Href: q.Href("/products/" + q.R.PathValue("id") + "/releases/put"), Icon: "plus", Dialog: true}
}

func (p *Pages) releaseTable(q *web.Request) (web.Table[catalog.Release], error) {
	product, err := p.found(q)
	if err != nil {
		return web.Table[catalog.Release]{}, err
	}
	empty := web.Empty{Icon: "tag", Title: "No releases yet", Text: releaseMeans}
	if q.May(identity.ManageCatalog) {
		action := addRelease(q)
		empty.Action = &action
	}
	var bulk []web.Bulk
	if q.May(identity.ManageCatalog) {
		bulk = []web.Bulk{{Label: "Delete", Action: show.ProductHref(q, product.UUID) + "/releases/delete", Icon: "trash", Danger: true}}
	}
	return web.Table[catalog.Release]{
		ID: func(r catalog.Release) string { return r.UUID.String() }, Bulk: bulk,
		Name: "releases", Sorts: catalog.ReleaseSorts(), Empty: empty,
		Columns: []web.Column[catalog.Release]{
			{Name: "release", Label: "Release", Sort: "software_release", Cell: func(r catalog.Release) web.Cell {
				c := web.Cell{Text: r.SoftwareRelease, Mono: true}
				if q.May(identity.ManageCatalog) {
					c.Href = show.ProductHref(q, product.UUID) + "/releases/put?release=" + url.QueryEscape(r.SoftwareRelease)
				}
				if r.SoftwareRelease == product.LatestRelease {
					c.Sub = "the latest"
				}
				return c
			}, Plain: func(r catalog.Release) string { return r.SoftwareRelease }},
			{
				Name: "description", Label: "Description", Cell: func(r catalog.Release) web.Cell { return web.Cell{Text: firstLine(r.Description)} },
				Plain: func(r catalog.Release) string { return r.Description },
			},
			{Name: "added", Label: "Added", Cell: func(r catalog.Release) web.Cell { return web.Cell{Day: r.CreatedAt} }},
			{Name: "id", Label: "Id", Extra: true, Cell: func(r catalog.Release) web.Cell { return idCell(r.UUID) }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[catalog.Release], error) {
			return p.Rows.Releases(q.Context(), q.VendorID(), product.ID, r)
		},
	}, nil
}

func (p *Pages) askRelease(q *web.Request, form *web.Form) (*web.FormPage, error) {
	product, err := p.found(q)
	if err != nil {
		return nil, err
	}
	title, release, description := "Add a release", q.Text("release"), ""
	if given, sent := form.Given("software_release"); sent {
		release = strings.TrimSpace(given)
	}
	if release != "" {
		all, err := p.Rows.Releases(q.Context(), q.VendorID(), product.ID, listing.Request{Limit: maxOptions, Sort: catalog.ReleaseSorts()[0]})
		if err != nil {
			return nil, err
		}
		for _, r := range all.Items {
			if r.SoftwareRelease == release {
				title, description = "Describe the release", r.Description
			}
		}
	}
	page := &web.FormPage{Page: q.Page(title, productsCrumb(q), productCrumb(q, product)), Form: form}
	form.Add(web.Group{Fields: []web.Field{
		{
			Name: "software_release", Label: "Release", Value: release, Required: true, Mono: true, ReadOnly: title != "Add a release", Focus: true,
			Placeholder: "for example 4.2.1", Hint: "Exactly as clients send it in software_version.",
		},
		{Name: "description", Label: "Description", Kind: web.AreaField, Rows: 3, Value: description, Hint: "Clients get it with a limit on releases."},
		{
			Name: "latest", Label: "It is the latest release shipped", Kind: web.CheckField, Value: on(release != "" && release == product.LatestRelease),
			Hint: "Clients with another release are told that there is a newer one.",
		},
	}})
	form.Cancel = show.ProductHref(q, product.UUID) + "/releases"
	return page, nil
}

// releaseOf is what the form of a release edits: which product has it is of the product.
func releaseOf(q *web.Request) ([]audit.Thing, error) {
	id, err := q.ID("id")
	return []audit.Thing{{Subject: "software_release"}, {Subject: "product", ID: id}}, err
}

// release is what the form of a release asks for.
type release struct {
	product           catalog.Product
	name, description string
	latest            bool
}

func (p *Pages) prepareRelease(q *web.Request, v web.Values) (release, error) {
	product, err := p.found(q)
	return release{product, v.Text("software_release"), v.Text("description"), v.Flag("latest")}, err
}

func (p *Pages) putRelease(t tx.Tx, q *web.Request, in release) (web.Done, error) {
	product := in.product.UUID
	made, err := p.Catalog.PutRelease(t, q.VendorID(), product, in.name, in.description)
	if err != nil {
		return web.Done{}, err
	}
	latest := in.product.LatestRelease
	switch {
	case in.latest:
		latest = made.SoftwareRelease
	case latest == made.SoftwareRelease:
		latest = ""
	}
	if _, err := p.Catalog.UpdateProduct(t, q.VendorID(), product, catalog.ProductChange{LatestRelease: &latest}); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.ProductHref(q, product) + "/releases", Say: web.Flash{Text: "The release " + made.SoftwareRelease + " was saved."}}, nil
}
