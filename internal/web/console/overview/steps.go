package overview

import (
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

var noUUID ident.UUID //nolint:gochecknoglobals // the zero one, for "of all"

// steps is what a new vendor does first.
type steps struct {
	Done    int
	Steps   []step
	Command string // once there is a licence: what connects a client
	License web.Link
}

type step struct {
	Number int
	Title  string
	Text   string
	Done   bool
	Next   bool // the first that is not done
	Act    *web.Action
}

// firstSteps is the page of a vendor whose first client has not come yet.
func (p *Pages) firstSteps(q *web.Request, b figures.Begun) (*page, error) {
	v := &page{Page: q.Page("First steps"), Steps: &steps{}}
	v.Sub = "From nothing to a program that asks for its licence, in five steps."
	s := v.Steps
	s.Steps = []step{
		{
			Title: "Create a product", Text: "What you license: one program, device or service.", Done: !b.Product.IsZero(),
			Act: may(q, identity.ManageCatalog, web.Action{Label: "Create a product", Href: q.Href("/products/new"), Icon: "package"}),
		},
		{
			Title: "Create an edition", Text: "How it is sold: how many devices or sessions, for how long, with which features.", Done: !b.Edition.IsZero(),
			Act: may(q, identity.ManageCatalog, web.Action{Label: "Create an edition", Href: editionHref(q, b), Icon: "stack-2"}),
		},
		{
			Title: "Create a customer", Text: "Who buys: a name and an e-mail address are enough.", Done: !b.Customer.IsZero(),
			Act: may(q, identity.ManageCustomers, web.Action{Label: "Create a customer", Href: q.Href("/customers/new"), Icon: "building"}),
		},
		{
			Title: "Issue a licence", Text: "One customer, one edition; it comes with a license key.", Done: !b.License.IsZero(),
			Act: may(q, identity.ManageLicenses, web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new"), Icon: "license"}),
		},
		{
			Title: "Connect a client", Text: "Activate the licence from a command line, as your program will do with the SDK or the API.", Done: b.Activated,
		},
	}
	for i := range s.Steps {
		s.Steps[i].Number = i + 1
		if s.Steps[i].Done {
			s.Done++
		} else if s.Done == i {
			s.Steps[i].Next = true
		}
	}
	if b.License.IsZero() {
		return v, nil
	}
	v.Actions = []web.Action{{Label: "To the figures", Href: q.Href("/?view=figures"), Plain: true, Icon: "chart-bar"}}
	s.License = web.Link{Label: "The licence and its key", Href: show.LicenseHref(q, b.License)}
	key, err := p.Key.PublicKey(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	scheme := "http"
	if q.Face().Secure || q.R.TLS != nil {
		scheme = "https"
	}
	s.Command = "export CHANCERY_CLIENT_URL=" + scheme + "://" + q.R.Host + "\n" +
		"export CHANCERY_CLIENT_VENDOR=" + q.Vendor.UUID.String() + "\n" +
		"export CHANCERY_CLIENT_PRODUCT=" + b.Product.String() + "\n" +
		"export CHANCERY_CLIENT_PUBLIC_KEY=" + key + "\n" +
		"export CHANCERY_CLIENT_PROVISIONING_KEY=" + "…your provisioning key…" + "\n" +
		"chancery client activate " + "…the license key…"
	return v, nil
}

func may(q *web.Request, needs identity.Permission, a web.Action) *web.Action {
	if !q.May(needs) {
		return nil
	}
	return &a
}

// editionHref is where an edition of the first product is created.
func editionHref(q *web.Request, b figures.Begun) string {
	if b.Product.IsZero() {
		return q.Href("/products")
	}
	return show.ProductHref(q, b.Product)
}
