package account

import (
	"context"
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// Tokens makes and revokes access tokens of who is signed in.
type Tokens interface {
	Create(t tx.Tx, by identity.Principal, name string, days int) (k identity.AccessToken, secret string, err error)
	Revoke(t tx.Tx, by identity.Principal, id ident.UUID) (identity.AccessToken, error)
}

// TokenRows lists them.
type TokenRows interface {
	Of(ctx context.Context, v ident.VendorID, user ident.UserID) ([]identity.AccessToken, error)
}

// tokensPath is where the tokens are, below the face.
const tokensPath = "/account/tokens"

// tokens are the pages of access tokens, on a face where there are any.
func (p *Pages) tokens() []edge.Route {
	if p.Tokens == nil {
		return nil
	}
	own := web.Needs(identity.OwnLicenses)
	routes := []edge.Route{web.Show(p.Face, tokensPath, own, "tokens.html", p.showTokens)}
	routes = append(routes, web.RevealWith(p.Face, tokensPath+"/new", own, "form.html", askToken, p.provedToken, p.createToken, "token.html", showToken)...)
	return append(routes, web.Ask(p.Face, tokensPath+"/{id}/revoke", own, "form.html", p.askRevoke, p.revoke)...)
}

// tokenRow is one token as the page shows it.
type tokenRow struct {
	Name, Hint string
	Badge      web.Badge
	Made, Ends web.Moment
	Used       web.Moment
	Never      bool
	Revoke     string // address of the page that asks
}

type tokensPage struct {
	web.Page

	Tokens []tokenRow
	Most   int
}

func tokenCrumbs(q *web.Request) []web.Link {
	return []web.Link{crumb(q), {Label: q.T("Access tokens"), Href: q.Href(tokensPath)}}
}

func (p *Pages) showTokens(q *web.Request) (*tokensPage, error) {
	all, err := p.TokenRows.Of(q.Context(), q.VendorID(), q.Principal.User)
	if err != nil {
		return nil, err
	}
	page := &tokensPage{Page: q.Page(q.T("Access tokens"), crumb(q)), Most: identity.MostTokens}
	page.Sub = q.T("A program that presents one reads your licences, their devices and meters, and may release devices where the licence allows it.")
	page.Actions = []web.Action{{Label: q.T("New access token"), Href: q.Href(tokensPath + "/new"), Icon: "plus"}}
	for _, k := range all {
		r := tokenRow{
			Name: k.Name, Hint: k.Hint, Badge: web.BadgeActive, Made: page.Ago(k.CreatedAt), Ends: page.At(k.ExpiresAt), Never: k.LastUsedAt == nil,
			Revoke: q.Href(tokensPath + "/" + k.UUID.String() + "/revoke"),
		}
		if !page.Now.Before(k.ExpiresAt) {
			r.Badge = web.BadgeExpired
		}
		if k.LastUsedAt != nil {
			r.Used = page.Ago(*k.LastUsedAt)
		}
		page.Tokens = append(page.Tokens, r)
	}
	return page, nil
}

func askToken(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page(q.T("New access token"), tokenCrumbs(q)...), Form: form}
	form.Submit, form.Cancel = q.T("Make the access token"), q.Href(tokensPath)
	form.Add(web.Group{Fields: append([]web.Field{
		{
			Name: "name", Label: q.T("Name"), Required: true, Focus: true, Placeholder: q.T("Inventory script"),
			Hint: q.T("So that you know later which program has it."),
		},
		{
			Name: "days", Label: q.T("Days until it expires"), Kind: web.NumberField, Required: true, Value: strconv.Itoa(identity.TokenDays),
			Hint: q.T("At most %d. Make a new one before.", identity.MostTokenDays),
		},
	}, proof(q)...)})
	return page, nil
}

type wantedToken struct {
	Name string
	Days int
}

// provedToken lets on only who has just signed in, or gives the password: a token outlives
// the session at an unattended browser.
func (p *Pages) provedToken(q *web.Request, v web.Values) (wantedToken, error) {
	w := wantedToken{Name: v.Text("name"), Days: v.Int("days")}
	if err := v.Err(); err != nil {
		return w, err
	}
	return w, p.Proofs.Confirm(q.Context(), q.VendorID(), q.Person.Session, v.Get("password"))
}

// madeToken is a new token with its secret.
type madeToken struct {
	Name, Secret string
	Ends         string
}

func (p *Pages) createToken(t tx.Tx, q *web.Request, w wantedToken) (madeToken, error) {
	k, secret, err := p.Tokens.Create(t, q.Principal, w.Name, w.Days)
	page := q.Page("")
	return madeToken{k.Name, secret, page.At(k.ExpiresAt).Text}, err
}

type tokenPage struct {
	web.Page

	Secret string
	Facts  []web.ShownFact
	Done   string
}

func showToken(q *web.Request, m madeToken) (*tokenPage, error) {
	page := &tokenPage{Page: q.Page(q.T("The access token was made"), tokenCrumbs(q)...), Secret: m.Secret, Done: q.Href(tokensPath)}
	page.Facts = page.Page.Facts(
		web.Fact{Label: q.T("Name"), Cell: web.Cell{Text: m.Name}}, web.Fact{Label: q.T("Expires"), Cell: web.Cell{Text: m.Ends}},
		web.Fact{Label: q.T("Send it as"), Cell: web.Cell{Text: "Authorization: Bearer cht_…", Mono: true}},
	)
	return page, nil
}

func (p *Pages) askRevoke(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	all, err := p.TokenRows.Of(q.Context(), q.VendorID(), q.Principal.User)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.UUID == id {
			page := &web.FormPage{Page: q.Page(q.T("Revoke “%s”", k.Name), tokenCrumbs(q)...), Form: form}
			page.Text = q.T("It opens nothing any more, at once, and it can't be taken back.")
			form.Submit, form.Danger, form.Cancel = q.T("Revoke the access token"), true, q.Href(tokensPath)
			return page, nil
		}
	}
	return nil, fault.Missing("access_token")
}

func (p *Pages) revoke(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	k, err := p.Tokens.Revoke(t, q.Principal, id)
	return web.Done{To: q.Href(tokensPath), Say: web.Flash{Text: q.T("The access token “%s” was revoked.", k.Name)}}, err
}
