package mails

import (
	"context"
	"embed"
	"errors"
	"slices"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Mails changes rules and templates, and sends mail.
type Mails interface {
	RuleOf(t tx.Tx, vendor ident.VendorID, k mailing.Kind) (mailing.Rule, error)
	SetRule(t tx.Tx, vendor ident.VendorID, r mailing.Rule) (mailing.Rule, error)
	SetTemplate(t tx.Tx, vendor ident.VendorID, p mailing.Template) (mailing.Template, error)
	ResetTemplate(t tx.Tx, vendor ident.VendorID, k mailing.Kind) (mailing.Template, error)
	QueueSample(t tx.Tx, vendor ident.VendorID, k mailing.Kind, to string) (ident.UUID, error)
	Resend(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	Complete(own []mailing.Template) []mailing.Template
	Preview(vendor mailing.Vendor, p mailing.Template) (mailing.Body, error)
	Sample(vendor mailing.Vendor) mailing.Data
}

// Rows reads the log, rules and templates. What is missing is a NotFound fault.
type Rows interface {
	List(ctx context.Context, vendor ident.VendorID, f mailing.Filter, r listing.Request) (listing.Page[mailing.Mail], error)
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (mailing.Mail, error)
	Rules(ctx context.Context, vendor ident.VendorID) (map[mailing.Kind]mailing.Rule, error)
	Templates(ctx context.Context, vendor ident.VendorID) ([]mailing.Template, error)
}

// Config is what the pages need.
type Config struct {
	Face  *web.Face
	Mails Mails
	Rows  Rows

	Sends bool   // the server has SMTP
	From  string // the address that mail comes from; empty without SMTP
	Links bool   // the server knows its own address, so that mails can lead to it
}

// Pages are the pages of mail.
type Pages struct {
	Config

	face *web.Face // with this area's templates
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Mails == nil || c.Rows == nil {
		return nil, errors.New("mails: the configuration is incomplete")
	}
	face, err := c.Face.Area(templates)
	return &Pages{Config: c, face: face}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return slices.Concat(p.rules(), p.templateList(), p.template(), p.log(), p.message())
}

// top is where the area begins.
const top = "/settings/mail"

func needs() web.Access { return web.Needs(identity.ManageDelivery) }

func topLink(q *web.Request) web.Link { return web.Link{Label: "Mail", Href: q.Href(top)} }

// tabbed begins one of the area's three pages.
func (p *Pages) tabbed(q *web.Request, tab string) web.Page {
	page := q.Page("Mail")
	if p.Sends {
		page.Sub = "Sent in your name from " + p.From + "."
	}
	for _, t := range []web.Tab{{Label: "Rules", Href: top}, {Label: "Templates", Href: top + "/templates"}, {Label: "Log", Href: top + "/log"}} {
		page.Tabs = append(page.Tabs, web.Tab{Label: t.Label, Href: q.Href(t.Href), Active: t.Href == tab})
	}
	p.warn(&page)
	return page
}

// warn says what the server lacks for mail to go out as it should.
func (p *Pages) warn(page *web.Page) {
	if !p.Sends {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "No mail leaves this server.",
			Text: "It was started without a mail server. Mails are kept in the log, and can be sent from there " +
				"once the operator names one with --smtp and a sender with --mail-from.",
		})
	}
	if !p.Links {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "No mail with a link is sent.",
			Text: "The server does not know its own address, so links to join or to set a password can't be mailed: " +
				"the operator sets it with --public-url https://licences.example.com.",
		})
	}
}

// vendor is in whose name mail is sent.
func vendor(q *web.Request) mailing.Vendor {
	return show.MailVendor(q.Vendor)
}

// kind is the one in the address.
func kind(q *web.Request) (mailing.Kind, error) {
	k := mailing.Kind(q.R.PathValue("kind"))
	if !slices.Contains(mailing.Kinds(), k) {
		return "", fault.Missing("template")
	}
	return k, nil
}
