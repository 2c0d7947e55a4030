package mails

import (
	"chancery/internal/edge"
	"chancery/internal/language"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) templateList() []edge.Route {
	return []edge.Route{web.Lists(p.face, top+"/templates", needs(), p.templateTable, func(q *web.Request) (web.Page, error) {
		return p.tabbed(q, top+"/templates"), nil
	})}
}

func (p *Pages) templateTable(q *web.Request) (web.Table[mailing.Template], error) {
	return web.Table[mailing.Template]{
		Name: "mail-templates", Sorts: []string{"kind"},
		Empty: web.Empty{Icon: "mail", Title: "There are no templates", Text: "The server brings one for each kind of mail."},
		Columns: []web.Column[mailing.Template]{
			{Name: "kind", Label: "Mail", Cell: func(t mailing.Template) web.Cell {
				return web.Cell{Text: show.MailKind(t.Kind), Href: templateHref(q, t.Kind, t.Language), Sub: when(t.Kind)}
			}},
			{Name: "language", Label: "Language", Cell: func(t mailing.Template) web.Cell { return web.Cell{Text: speech(t.Language).Name()} }},
			{Name: "subject", Label: "Subject", Cell: func(t mailing.Template) web.Cell { return web.Cell{Text: t.Subject} }},
			{Name: "state", Label: "Text", Cell: func(t mailing.Template) web.Cell { return web.Cell{Badge: ownBadge(t)} }},
			{Name: "updated", Label: "Changed", Cell: func(t mailing.Template) web.Cell { return web.Cell{When: t.UpdatedAt} }},
		},
		Rows: func(q *web.Request, _ listing.Request) (listing.Page[mailing.Template], error) {
			own, err := p.Rows.Templates(q.Context(), q.VendorID())
			return listing.Page[mailing.Template]{Items: p.Mails.Complete(own)}, err
		},
	}, nil
}

func templateHref(q *web.Request, k mailing.Kind, code string) string {
	return q.Href(top + "/templates/" + string(k) + "/" + code)
}

// speech is the language of a code; English for none.
func speech(code string) *language.Language {
	all, err := language.Load()
	if err != nil {
		return nil
	}
	return all.Of(code)
}

func ownBadge(t mailing.Template) *web.Badge {
	if t.IsDefault {
		return &web.Badge{Word: "Default", Tone: web.Neutral, Hint: "the server's own text"}
	}
	return &web.Badge{Word: "Your own", Tone: web.Info}
}
