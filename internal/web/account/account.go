package account

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/access"
	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Sessions ends the sessions of who is signed in.
type Sessions interface {
	Revoke(t tx.Tx, vendor ident.VendorID, own access.Person, session ident.UUID) error
	RevokeOthers(t tx.Tx, vendor ident.VendorID, own access.Session) error
}

// SessionRows lists a user's sessions.
type SessionRows interface {
	Of(ctx context.Context, vendor ident.VendorID, user ident.UserID, at time.Time) ([]access.Session, error)
}

// Users changes what one is called, and spoken to in.
type Users interface {
	RenameSelf(t tx.Tx, by identity.Principal, name string) (identity.User, error)

	// SpeakSelf changes one's own language; empty for none of one's own.
	SpeakSelf(t tx.Tx, by identity.Principal, code string) (identity.User, error)
}

// Passwords changes one's own password.
type Passwords interface {
	ChangePassword(ctx context.Context, vendor ident.VendorID, own access.Session, present, next string) error
}

// Factors sets up one's own second factor.
type Factors interface {
	BeginTOTP(t tx.Tx, vendor ident.VendorID, own access.Person, issuer string) (access.Setup, error)
	PendingTOTP(t tx.Tx, vendor ident.VendorID, own access.Person, issuer string) (access.Setup, error)
	ConfirmTOTP(t tx.Tx, vendor ident.VendorID, own access.Session, code string) ([]string, error)
	NewCodes(t tx.Tx, vendor ident.VendorID, own access.Person) ([]string, error)
	CodesLeft(ctx context.Context, vendor ident.VendorID, own access.Person) (int, error)
	RemoveTOTP(ctx context.Context, vendor ident.VendorID, own access.Session, code string) error
}

// Passkeys are one's own. What has run out, or was used, is sign_in_stale.
type Passkeys interface {
	Of(ctx context.Context, vendor ident.VendorID, own access.Person) ([]access.Passkey, error)
	Begin(
		ctx context.Context, vendor ident.VendorID, own access.Session, site access.Site, name, password string,
	) (token string, err error)
	Options(ctx context.Context, vendor ident.VendorID, kind access.CeremonyKind, token string) ([]byte, error)
	Make(t tx.Tx, vendor ident.VendorID, own access.Session, site access.Site, token string, answer []byte) (codes []string, err error)
	Remove(ctx context.Context, vendor ident.VendorID, own access.Session, id ident.UUID, password string) error
}

// Proofs makes sure that who is signed in is still who signed in.
type Proofs interface {
	Confirm(ctx context.Context, vendor ident.VendorID, own access.Session, password string) error
}

// Addresses changes one's own address.
type Addresses interface {
	Ask(ctx context.Context, vendor ident.VendorID, own access.Session, address string, proof access.Proof) error
	Pending(ctx context.Context, vendor ident.VendorID, own access.Person) (address string, until time.Time, err error)
	Cancel(t tx.Tx, vendor ident.VendorID, own access.Person) error
}

// Providers connects one's account with the vendor's OpenID provider.
type Providers interface {
	Settings(ctx context.Context, vendor ident.VendorID) (access.Provider, bool, error)
	Linked(ctx context.Context, vendor ident.VendorID, own access.Person, issuer string) (email string, found bool, err error)
	Depart(ctx context.Context, vendor ident.VendorID, j access.Journey) (access.Departure, error)
	Going(ctx context.Context, vendor ident.VendorID, token string) (address string, err error)
	Unlink(t tx.Tx, vendor ident.VendorID, own access.Person) error
}

// Config is what the pages need; all of it but Mails and access tokens is required.
type Config struct {
	Face        *web.Face
	Sessions    Sessions
	SessionRows SessionRows
	Users       Users
	Passwords   Passwords
	Factors     Factors
	Passkeys    Passkeys
	Proofs      Proofs
	Addresses   Addresses
	Providers   Providers
	Mails       bool // the server mails links: without it no address can be changed

	// Site is the server as browsers bind passkeys to it; Address is the face
	// at the vendor as browsers are sent back to it. Each fails, with what to do, where
	// that is not known.
	Site    func(q *web.Request) (access.Site, error)
	Address func(q *web.Request) (string, error)

	// Access tokens; nil on a face that has none.
	Choices    Choices // nil on a face whose people get no mails that one can choose
	ChoiceRows ChoiceRows
	Tokens     Tokens
	TokenRows  TokenRows
}

// Pages are the pages of the account.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Sessions == nil || c.SessionRows == nil || c.Users == nil || c.Passwords == nil || c.Factors == nil ||
		c.Passkeys == nil || c.Proofs == nil || c.Addresses == nil || c.Providers == nil || c.Site == nil || c.Address == nil {
		return nil, errors.New("account: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	own := web.Needs(identity.OwnAccount)
	routes := []edge.Route{
		web.Show(p.Face, "/account", own, "account.html", p.show),
		web.Act(p.Face, "/account/sessions/{id}/end", own, back, p.endSession),
		web.Act(p.Face, "/account/sessions/end-others", own, back, p.endOthers),
	}
	routes = append(routes, web.Edit(p.Face, "/account/name", own, "form.html", ofSelf, p.askName, p.rename)...)
	routes = append(routes, p.language()...)
	routes = append(routes, web.AskOwn(p.Face, "/account/password", own, "form.html", p.askPassword, p.changePassword)...)
	routes = append(routes, p.address()...)
	routes = append(routes, p.passkey()...)
	routes = append(routes, p.provider()...)
	routes = append(routes, p.tokens()...)
	routes = append(routes, p.mails()...)
	return append(routes, p.factor()...)
}

func back(q *web.Request) string { return q.Href("/account") }

func crumb(q *web.Request) web.Link { return web.Link{Label: q.T("Account"), Href: back(q)} }

// sessionRow is one session as the page shows it.
type sessionRow struct {
	Browser string
	Address string
	Began   web.Moment
	Used    web.Moment
	Own     bool
	End     string // address of the button
}

type accountPage struct {
	web.Page

	Facts     []web.ShownFact
	CanMove   bool   // the address can be changed
	Pending   string // an address that has yet to confirm; empty for none
	Until     web.Moment
	Factor    web.Badge
	HasTOTP   bool
	CodesLeft int
	HasCodes  bool
	Tokens    string // address; empty where there are none
	Choices   string // address of the mails that one can choose; empty where there are none
	Passkeys  []passkeyRow
	CanMake   bool // passkeys work at this address
	Provider  string
	Linked    bool
	LinkedAs  string
	Sessions  []sessionRow
	Others    bool

	Speaks string // the language that is chosen, or spoken; empty where the face has only one
}

func (p *Pages) show(q *web.Request) (*accountPage, error) {
	s := q.Person.Session
	page := &accountPage{Page: q.Page(q.T("Account")), HasTOTP: s.Person.HasTOTP, Factor: web.BadgeOff}
	page.Sub = q.T("What is yours, and nobody else's business.")
	if p.Tokens != nil {
		page.Tokens = q.Href(tokensPath)
	}
	if p.Choices != nil {
		page.Choices = q.Href(mailsPath)
	}
	page.Facts = page.Page.Facts(
		web.Fact{Label: q.T("Name"), Cell: web.Cell{Text: s.Person.Name}}, web.Fact{Label: q.T("E-mail"), Cell: web.Cell{Text: s.Person.Email}},
		web.Fact{Label: q.T("Role"), Cell: web.Cell{
			Text: q.Language().Word(q.Person.Role), Sub: q.Language().Word(q.Person.RoleAbout),
		}},
	)
	if p.Face.LanguageOptions() != nil {
		page.Speaks = q.Language().Name()
	}
	page.CanMove = p.Mails
	pending, until, err := p.Addresses.Pending(q.Context(), q.VendorID(), s.Person)
	if err != nil {
		return nil, err
	}
	page.Pending, page.Until = pending, page.At(until)
	if s.Person.HasTOTP {
		page.Factor = web.BadgeOn
	}
	if page.HasCodes = s.Person.SecondFactor(); page.HasCodes {
		if page.CodesLeft, err = p.Factors.CodesLeft(q.Context(), q.VendorID(), s.Person); err != nil {
			return nil, err
		}
	}
	_, nowhere := p.Site(q)
	page.CanMake = nowhere == nil
	if page.Passkeys, err = p.rows(q, &page.Page); err != nil {
		return nil, err
	}
	one, found, err := p.Providers.Settings(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	if found && one.Enabled {
		page.Provider = one.Label
		if page.LinkedAs, page.Linked, err = p.Providers.Linked(q.Context(), q.VendorID(), s.Person, one.Issuer); err != nil {
			return nil, err
		}
	}
	all, err := p.SessionRows.Of(q.Context(), q.VendorID(), s.Person.ID, q.Now())
	for _, one := range all {
		page.Others = page.Others || one.ID != s.ID
		page.Sessions = append(page.Sessions, sessionRow{
			Browser: browser(q, one.UserAgent), Address: one.Address, Began: page.Ago(one.CreatedAt), Used: page.Ago(one.LastUsedAt),
			Own: one.ID == s.ID, End: q.Href("/account/sessions/" + one.UUID.String() + "/end"),
		})
	}
	return page, err
}

func (p *Pages) endSession(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("The session has ended.")}}, p.Sessions.Revoke(t, q.VendorID(), q.Person.Session.Person, id)
}

func (p *Pages) endOthers(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("All other sessions have ended.")}}, p.Sessions.RevokeOthers(t, q.VendorID(), q.Person.Session)
}

func (p *Pages) askName(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page(q.T("Change your name"), crumb(q)), Form: form}
	form.Cancel = back(q)
	form.Add(web.Group{Fields: []web.Field{{Name: "name", Label: q.T("Name"), Value: q.Person.Name, Required: true, Complete: "name", Focus: true}}})
	return page, nil
}

// ofSelf is who is signed in.
func ofSelf(q *web.Request) ([]audit.Thing, error) {
	return []audit.Thing{{Subject: "user", ID: q.Principal.ID}}, nil
}

func (p *Pages) rename(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	_, err := p.Users.RenameSelf(t, q.Principal, v.Text("name"))
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("Your name is changed.")}}, err
}

func (p *Pages) askPassword(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{
		Page: q.Page(q.T("Change your password"), crumb(q)), Form: form,
		Text: q.T("All your other sessions end."),
	}
	form.Submit, form.Cancel = q.T("Change the password"), back(q)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "present", Label: q.T("Present password"), Kind: web.PasswordField, Required: true, Complete: "current-password", Focus: true},
		{
			Name: "password", Label: q.T("New password"), Kind: web.PasswordField, Required: true, Complete: "new-password",
			Hint: q.T("At least 10 characters; several words that do not belong together are good."),
		},
	}})
	return page, nil
}

func (p *Pages) changePassword(q *web.Request, v web.Values) (web.Done, error) {
	s := q.Person.Session
	if err := p.Passwords.ChangePassword(q.Context(), q.VendorID(), s, v.Get("present"), v.Get("password")); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("The password is changed, and all other sessions have ended.")}}, nil
}
