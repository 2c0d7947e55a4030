package account

import (
	"context"
	"slices"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Choices keeps which mails somebody wants.
type Choices interface {
	Choose(t tx.Tx, v ident.VendorID, user ident.UserID, id ident.UUID, choices []mailing.Choice) error
}

// ChoiceRows reads them.
type ChoiceRows interface {
	Choices(ctx context.Context, v ident.VendorID, user ident.UserID) ([]mailing.Choice, error)
}

// mailsPath is where one chooses mails, below the face.
const mailsPath = "/account/mails"

// mails are the pages on which somebody chooses mails, on a face where there are any.
func (p *Pages) mails() []edge.Route {
	if p.Choices == nil {
		return nil
	}
	return web.EditWith(p.Face, mailsPath, web.Needs(identity.OwnLicenses), "form.html", ofSelf, p.askMails, p.changed, p.setMails)
}

// asked is the field that says which kinds the form had: of a box that is not ticked
// nothing is sent, and neither of a kind that came with a newer version of the server.
const asked = "asked"

func (p *Pages) askMails(q *web.Request, form *web.Form) (*web.FormPage, error) {
	all, err := p.ChoiceRows.Choices(q.Context(), q.VendorID(), q.Principal.User)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(q.T("Mails"), crumb(q)), Form: form}
	page.Text = q.T("They go to %s, about the licences that name you as their licensee, and those of customers that you administer. "+
		"License keys, and what concerns the safety of your account, are mailed in any case.", q.Person.Email)
	form.Submit, form.Cancel = q.T("Save"), back(q)
	g := web.Group{}
	kinds := make([]string, len(all))
	for i, c := range all {
		kinds[i] = string(c.Kind)
		f := web.Field{
			Name: string(c.Kind), Label: q.Language().Word(show.MailChoice(c.Kind)), Kind: web.CheckField,
			Hint: q.Language().Word(show.MailChoiceAbout(c.Kind)),
		}
		if c.IsOn {
			f.Value = "on"
		}
		g.Fields = append(g.Fields, f)
	}
	g.Fields = append(g.Fields, web.Field{Name: asked, Kind: web.HiddenField, Value: strings.Join(kinds, " ")})
	form.Add(g)
	return page, nil
}

// changed are the choices that are others than they were. Of all else the vendor's rule goes on to hold.
func (p *Pages) changed(q *web.Request, v web.Values) (choices []mailing.Choice, err error) {
	all, err := p.ChoiceRows.Choices(q.Context(), q.VendorID(), q.Principal.User)
	of := strings.Fields(v.Get(asked))
	for _, c := range all {
		if on := v.Flag(string(c.Kind)); on != c.IsOn && slices.Contains(of, string(c.Kind)) {
			choices = append(choices, mailing.Choice{Kind: c.Kind, IsOn: on})
		}
	}
	return choices, err
}

func (p *Pages) setMails(t tx.Tx, q *web.Request, choices []mailing.Choice) (web.Done, error) {
	done := web.Done{To: back(q), Say: web.Flash{Text: q.T("Your choice of mails is saved.")}}
	if len(choices) == 0 {
		return done, nil
	}
	return done, p.Choices.Choose(t, q.VendorID(), q.Principal.User, q.Principal.ID, choices)
}
