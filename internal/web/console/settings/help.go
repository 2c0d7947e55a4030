package settings

import (
	"html/template"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/language"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

const helpPath = "/settings/help"

// helpPage asks for what the owners of licences read under Help.
type helpPage struct {
	web.FormPage

	Previews []preview
}

// preview is a text as owners see it.
type preview struct {
	Language string
	Tag      string
	Text     template.HTML
}

func (p *Pages) help() []edge.Route {
	return web.Edit(p.face, helpPath, web.Needs(identity.ManageVendor), "help.html", web.OfAll("vendor"), p.askHelp, p.setHelp)
}

func helpField(l *language.Language) string { return "help_" + l.Code() }

func (p *Pages) askHelp(q *web.Request, form *web.Form) (*helpPage, error) {
	page := &helpPage{FormPage: web.FormPage{Page: q.Page("Help for licence owners"), Form: form}}
	page.Sub = "What the owners of your licences read under Help in their portal."
	all, err := language.Load()
	if err != nil {
		return nil, err
	}
	own, err := p.HelpRows.Help(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	form.Submit, form.Look = "Save", "Preview"
	for _, l := range all {
		text := own[l.Code()]
		hint := "Without a text of your own in any language, owners read the one to begin with, which is shown in the preview."
		form.Add(web.Group{Title: l.Name(), Fields: []web.Field{{
			Name: helpField(l), Label: "Text", Kind: web.AreaField, Value: text, Rows: 14, Mono: true, Hint: hint,
		}}})
		if given, ok := form.Given(helpField(l)); ok {
			text = given
		}
		if text == "" {
			text = show.FirstHelp(l.Code())
		}
		html, err := web.Prose(text)
		if err != nil {
			return nil, err
		}
		page.Previews = append(page.Previews, preview{l.Name(), l.Tag(), html})
	}
	page.Text = "A part of Markdown: ## headings, - lists, **bold**, *italics*, [links](https://example.com). HTML and pictures are not shown."
	return page, nil
}

func (p *Pages) setHelp(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	all, err := language.Load()
	if err != nil {
		return web.Done{}, err
	}
	for _, l := range all {
		if err := p.Helps.Set(t, q.VendorID(), l.Code(), v.Text(helpField(l))); err != nil {
			return web.Done{}, err
		}
	}
	return web.Done{To: q.Href(helpPath), Say: web.Flash{Text: "The help texts were saved."}}, nil
}
