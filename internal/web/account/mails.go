package account

import (
	"slices"
	"strings"

	"context"

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
	return web.Edit(p.Face, mailsPath, web.Needs(identity.OwnLicenses), "form.html", ofSelf, p.askMails, p.setMails)
}

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
	kinds := make([]string, 0, len(all))
	for _, c := range all {
		kinds = append(kinds, string(c.Kind))
		f := web.Field{
			Name: string(c.Kind), Label: q.Language().Word(show.MailChoice(c.Kind)), Kind: web.CheckField,
			Hint: q.Language().Word(show.MailChoiceAbout(c.Kind)),
		}
		if c.IsOn {
			f.Value = "on"
		}
		g.Fields = append(g.Fields, f)
	}
	g.Fields = append(g.Fields, web.Field{Name: offeredKinds, Kind: web.HiddenField, Value: strings.Join(kinds, " ")})
	form.Add(g)
	return page, nil
}

// offeredKinds names the kinds that the form offers: what it does not stays as it is.
const offeredKinds = "offered"

func (p *Pages) setMails(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	choices := make([]mailing.Choice, 0, len(mailing.Choosable()))
	offered := strings.Fields(v.Get(offeredKinds))
	for _, k := range mailing.Choosable() {
		if len(offered) > 0 && !slices.Contains(offered, string(k)) {
			continue
		}
		choices = append(choices, mailing.Choice{Kind: k, IsOn: v.Flag(string(k))})
	}
	err := p.Choices.Choose(t, q.VendorID(), q.Principal.User, q.Principal.ID, choices)
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("Your choice of mails is saved.")}}, err
}
