package help

import (
	"context"
	"embed"
	"errors"
	"html/template"

	"chancery/internal/edge"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Texts reads what vendors tell the owners of their licences.
type Texts interface {
	// Help gives the vendor's texts, by language.
	Help(ctx context.Context, r owners.Reach) (map[string]string, error)
}

// Config is what the page needs; all of it is required.
type Config struct {
	Face  *web.Face
	Texts Texts
}

// Pages are the pages of help.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Texts == nil {
		return nil, errors.New("help: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/help", portal.Own(), "help.html", p.show)}
}

type helpPage struct {
	web.Page

	Text    template.HTML
	Contact []web.Link
}

func (p *Pages) show(q *web.Request) (*helpPage, error) {
	page := &helpPage{Page: q.Page(q.T("Help")), Contact: portal.Contact(q)}
	own, err := p.Texts.Help(q.Context(), q.Reach())
	if err != nil {
		return nil, err
	}
	page.Text, err = web.Prose(show.HelpText(own, q.Language().Code(), q.Vendor.Language))
	return page, err
}
