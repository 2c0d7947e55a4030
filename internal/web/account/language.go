package account

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// language are the pages on which somebody chooses the language of pages and mails; none
// where the face has only one.
func (p *Pages) language() []edge.Route {
	if p.Face.LanguageOptions() == nil {
		return nil
	}
	return web.Edit(p.Face, "/account/language", web.Needs(identity.OwnAccount), "form.html", ofSelf, p.askLanguage, p.speak)
}

func (p *Pages) askLanguage(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page(q.T("Change the language"), crumb(q)), Form: form, Text: q.T("Of these pages, and of the mails that you get.")}
	form.Cancel = back(q)
	none := web.Option{Label: q.T("As the browser asks for, and mails as your vendor has set it")}
	form.Add(web.Group{Fields: []web.Field{{
		Name: "language", Label: q.T("Language"), Kind: web.SelectField, Value: q.Person.Language, Focus: true,
		Options: append([]web.Option{none}, p.Face.LanguageOptions()...),
	}}})
	return page, nil
}

func (p *Pages) speak(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	u, err := p.Users.SpeakSelf(t, q.Principal, v.Text("language"))
	if err != nil {
		return web.Done{}, err
	}
	q.Person.Language = u.Language
	q.Speak(u.Language)
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("The language is changed.")}}, nil
}
