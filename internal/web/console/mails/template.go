package mails

import (
	"net/http"
	"slices"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type templatePage struct {
	web.Page

	Form      *web.Form
	Variables []variable
	Preview   string // address of the frame
}

// variable is a name that a template may use.
type variable struct {
	Write  string // {{.Product}}
	Means  string
	Sample string
}

func (p *Pages) template() []edge.Route {
	const one = top + "/templates/{kind}"
	var routes []edge.Route
	routes = append(routes, web.Edit(p.face, one, needs(), "template.html", web.OfAll("mail"), p.askTemplate, p.setTemplate)...)
	routes = append(routes, web.Edit(p.face, one+"/reset", needs(), "form.html", web.OfAll("mail"), p.askReset, p.reset)...)
	return append(routes,
		web.Serve(p.face, http.MethodGet, one+"/preview", needs(), p.previewStored),
		web.Serve(p.face, http.MethodPost, one+"/preview", needs(), p.previewSent),
		web.Act(p.face, one+"/test", needs(), func(q *web.Request) string { return q.Href(top + "/templates/" + q.R.PathValue("kind")) }, p.sendSample),
	)
}

func templatesLink(q *web.Request) web.Link {
	return web.Link{Label: "Templates", Href: q.Href(top + "/templates")}
}

// stored is the template that holds for a kind.
func (p *Pages) stored(q *web.Request, k mailing.Kind) (mailing.Template, error) {
	own, err := p.Rows.Templates(q.Context(), q.VendorID())
	if err != nil {
		return mailing.Template{}, err
	}
	all := p.Mails.Complete(own)
	return all[slices.IndexFunc(all, func(t mailing.Template) bool { return t.Kind == k })], nil
}

func (p *Pages) askTemplate(q *web.Request, form *web.Form) (*templatePage, error) {
	k, err := kind(q)
	if err != nil {
		return nil, err
	}
	t, err := p.stored(q, k)
	if err != nil {
		return nil, err
	}
	page := &templatePage{Page: q.Page(show.MailKind(k), topLink(q), templatesLink(q)), Form: form, Preview: templateHref(q, k) + "/preview"}
	page.Sub, page.Badge = when(k), ownBadge(t)
	p.warn(&page.Page)
	page.Actions = []web.Action{{Label: "Send a test to me", Href: templateHref(q, k) + "/test", Icon: "send", Post: true, Plain: true}}
	if !t.IsDefault {
		page.Actions = append(page.Actions, web.Action{
			Label: "Back to the default", Href: templateHref(q, k) + "/reset", Icon: "refresh", Plain: true, Dialog: true,
		})
	}
	form.ID, form.Submit, form.Cancel = "template", "Save", q.Href(top+"/templates")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "subject", Label: "Subject", Value: t.Subject, Required: true},
		{
			Name: "text", Label: "Text", Kind: web.AreaField, Rows: 14, Mono: true, Value: t.Text, Required: true,
			Hint: "For programs that show no HTML. At most 78 characters a line read best.",
		},
		{
			Name: "html", Label: "HTML", Kind: web.AreaField, Rows: 14, Mono: true, Value: t.HTML, Required: true,
			Hint: "The content only: the frame around it, with your name, is the same for all mails. What variables hold is escaped.",
		},
	}})
	values := sampleOf(p.Mails.Sample(vendor(q)), vendor(q))
	for _, name := range k.Variables() {
		page.Variables = append(page.Variables, variable{Write: "{{." + name + "}}", Means: meaning(name), Sample: values[name]})
	}
	return page, nil
}

// given are the texts that a form sent.
func given(k mailing.Kind, in web.Values) mailing.Template {
	return mailing.Template{Kind: k, Subject: in.Text("subject"), Text: in.Get("text"), HTML: in.Get("html")}
}

func (p *Pages) setTemplate(t tx.Tx, q *web.Request, in web.Values) (web.Done, error) {
	k, err := kind(q)
	if err != nil {
		return web.Done{}, err
	}
	_, err = p.Mails.SetTemplate(t, q.VendorID(), given(k, in))
	return web.Done{To: templateHref(q, k), Say: web.Flash{Text: "The template was saved. Mails from now on use it."}}, err
}

func (p *Pages) askReset(q *web.Request, form *web.Form) (*web.FormPage, error) {
	k, err := kind(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Form: form}
	page.Page = q.Page("Back to the default", topLink(q), templatesLink(q), web.Link{Label: show.MailKind(k), Href: templateHref(q, k)})
	page.Text = "Your own text is deleted, and mails from now on use the server's. It can't be taken back: copy your text first if you may want it again."
	t, err := p.stored(q, k)
	if err != nil {
		return nil, err
	}
	form.Watch("Subject", t.Subject)
	form.Watch("Text", t.Text)
	form.Watch("HTML", t.HTML)
	form.Submit, form.Danger, form.Cancel = "Delete my text", true, templateHref(q, k)
	return page, nil
}

func (p *Pages) reset(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	k, err := kind(q)
	if err != nil {
		return web.Done{}, err
	}
	_, err = p.Mails.ResetTemplate(t, q.VendorID(), k)
	return web.Done{To: templateHref(q, k), Say: web.Flash{Text: "The server's own text holds again."}}, err
}

// sendSample mails the stored template, with sample data, to who is signed in.
func (p *Pages) sendSample(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	k, err := kind(q)
	if err != nil {
		return web.Done{}, err
	}
	id, err := p.Mails.QueueSample(t, q.VendorID(), k, q.Person.Email)
	say := web.Flash{
		Text: "A test of the saved template is on its way to " + q.Person.Email + ".",
		Link: &web.Link{Label: "See what came of it", Href: show.MailHref(q, id)},
	}
	if !p.Sends {
		say.Text, say.Tone = "The test is in the log only: this server sends no mail.", web.Warning
	}
	return web.Done{To: templateHref(q, k), Say: say}, err
}

func (p *Pages) previewStored(w http.ResponseWriter, q *web.Request) error {
	k, err := kind(q)
	if err != nil {
		return err
	}
	t, err := p.stored(q, k)
	if err != nil {
		return err
	}
	return p.preview(w, q, t)
}

// previewSent shows what is typed, not saved.
func (p *Pages) previewSent(w http.ResponseWriter, q *web.Request) error {
	k, err := kind(q)
	if err != nil {
		return err
	}
	sent, err := q.Form()
	if err != nil {
		return err
	}
	return p.preview(w, q, given(k, sent))
}

func (p *Pages) preview(w http.ResponseWriter, q *web.Request, t mailing.Template) error {
	body, err := p.Mails.Preview(vendor(q), t)
	var d previewDocument
	if e := fault.As(err); err != nil {
		if e.Kind != fault.Invalid {
			return err
		}
		d.Wrong = []string{e.Message}
		for _, f := range e.Fields {
			d.Wrong = append(d.Wrong, fieldName(f.Name)+" "+f.Message+".")
		}
	}
	d.Body = body
	return d.serve(w, q)
}

func fieldName(name string) string {
	switch name {
	case "subject":
		return "Subject"
	case "text":
		return "Text"
	case "html":
		return "HTML"
	}
	return name
}
