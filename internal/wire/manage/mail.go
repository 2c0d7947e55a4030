package manage

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
)

// Mails changes rules and templates, and sends mail.
type Mails interface {
	Queue(t tx.Tx, vendor ident.VendorID, m mailing.Message) error
	Resend(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	SetRule(t tx.Tx, vendor ident.VendorID, r mailing.Rule) (mailing.Rule, error)
	SetTemplate(t tx.Tx, vendor ident.VendorID, p mailing.Template) (mailing.Template, error)
	ResetTemplate(t tx.Tx, vendor ident.VendorID, k mailing.Kind) (mailing.Template, error)
	Complete(own []mailing.Template) []mailing.Template
	Preview(vendor mailing.Vendor, p mailing.Template) (mailing.Body, error)
}

// MailRows reads the mail log, rules and templates. What is missing is a NotFound fault.
type MailRows interface {
	List(ctx context.Context, vendor ident.VendorID, f mailing.Filter, r listing.Request) (listing.Page[mailing.Mail], error)
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (mailing.Mail, error)
	Rules(ctx context.Context, vendor ident.VendorID) (map[mailing.Kind]mailing.Rule, error)
	Templates(ctx context.Context, vendor ident.VendorID) ([]mailing.Template, error)
}

type mail struct {
	ID        ident.UUID    `json:"id" format:"uuid"`
	Kind      mailing.Kind  `json:"kind" enum:"license_issued,recovery,invitation,goodwill,expiring,used_up,event,test"`
	LicenseID *ident.UUID   `json:"license_id" format:"uuid"`
	To        string        `json:"to"`
	Subject   string        `json:"subject"`
	State     mailing.State `json:"state" enum:"queued,sent,failed,kept" doc:"kept: the server has no SMTP, the mail is in the log only"`
	Attempts  int           `json:"attempts"`
	Error     *string       `json:"error" doc:"what the last attempt failed with"`
	At        time.Time     `json:"at"`
	SentAt    *time.Time    `json:"sent_at"`
}

type mailWithBody struct {
	mail

	Text string `json:"text" doc:"single-use links are left out: they are in the mail itself only"`
	HTML string `json:"html" doc:"show it in a sandboxed frame"`
}

type mailTest struct {
	To string `json:"to" minLength:"3" maxLength:"254"`
}

type mailRule struct {
	Kind       mailing.Kind `json:"kind" enum:"license_issued,goodwill,expiring,used_up"`
	IsOn       bool         `json:"is_on"`
	ToCustomer bool         `json:"to_customer" doc:"to the licensee user of the licence"`
	Staff      []string     `json:"staff" maxItems:"10" nullable:"false" doc:"addresses of your own"`
	Days       *int         `json:"days,omitempty" minimum:"1" maximum:"365" doc:"expiring: how many days before the end; 30 if left out"`
}

type mailTemplate struct {
	Kind      mailing.Kind `json:"kind" enum:"license_issued,recovery,invitation,goodwill,expiring,used_up,event,test"`
	Subject   string       `json:"subject"`
	Text      string       `json:"text"`
	HTML      string       `json:"html" doc:"the content; the frame around it is the same for all"`
	Variables []string     `json:"variables" nullable:"false" doc:"what the texts may name, as {{.Name}} and {{if .Name}}"`
	IsDefault bool         `json:"is_default"`
	UpdatedAt *time.Time   `json:"updated_at"`
}

type mailTexts struct {
	Kind    mailing.Kind `json:"kind" enum:"license_issued,recovery,invitation,goodwill,expiring,used_up,event,test"`
	Subject string       `json:"subject" maxLength:"300"`
	Text    string       `json:"text" maxLength:"20000"`
	HTML    string       `json:"html" maxLength:"50000"`
}

type mailTemplateReset struct {
	Kind mailing.Kind `json:"kind" enum:"license_issued,recovery,invitation,goodwill,expiring,used_up,event,test"`
}

type mailPreview struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html" doc:"show it in a sandboxed frame"`
}

func (m mailTexts) template() mailing.Template {
	return mailing.Template{Kind: m.Kind, Subject: m.Subject, Text: m.Text, HTML: m.HTML}
}

func showMail(m mailing.Mail) mail {
	shown := mail{
		ID: m.UUID, Kind: m.Kind, LicenseID: idOrNil(m.License), To: m.To, Subject: m.Body.Subject, State: m.State, Attempts: m.Attempts,
		At: m.At, SentAt: m.SentAt,
	}
	if m.Error != "" {
		shown.Error = &m.Error
	}
	return shown
}

func showRule(r mailing.Rule) mailRule {
	shown := mailRule{Kind: r.Kind, IsOn: r.IsOn, ToCustomer: r.ToCustomer, Staff: append([]string{}, r.Staff...)}
	if r.Kind == mailing.Expiring {
		shown.Days = &r.Days
	}
	return shown
}

func showTemplate(p mailing.Template) mailTemplate {
	return mailTemplate{
		Kind: p.Kind, Subject: p.Subject, Text: p.Text, HTML: p.HTML, Variables: p.Kind.Variables(), IsDefault: p.IsDefault, UpdatedAt: timeOrNil(p.UpdatedAt),
	}
}

func (a *API) mail() []operation {
	return append(a.mailLog(), a.mailSettings()...)
}

func (a *API) mailLog() []operation {
	const group = "Mail"
	return []operation{
		list(a, operation{
			Path: "/mails", ID: "list-mails", Group: group, Summary: "The mail log, the newest first",
			Queries: []query{
				{Name: "state", Kind: textKind, Doc: "only those", Enum: []string{"queued", "sent", "failed", "kept"}},
				{Name: "license_id", Kind: uuidKind, Doc: "only what is about this licence"},
			},
			Permission: identity.ManageDelivery,
		}, mailing.Sorts(), func(q *request, r listing.Request) (listing.Page[mailing.Mail], error) {
			return a.MailRows.List(q.ctx, q.vendor, mailing.Filter{State: mailing.State(q.text("state")), License: q.uuid("license_id")}, r)
		}, showMail),
		get(a, operation{
			Path: "/mails/{id}", ID: "get-mail", Group: group, Summary: "Get a mail with its texts", Permission: identity.ManageDelivery,
		}, func(q *request) (mailWithBody, error) {
			m, err := a.MailRows.ByUUID(q.ctx, q.vendor, q.id)
			return mailWithBody{showMail(m), m.Body.Text, m.Body.HTML}, err
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/mails/{id}/resend", ID: "resend-mail", Group: group, Summary: "Send a mail again, as it was",
			About: "A mail with a single-use link can't be sent again: ask for a new link.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *request, _ nothing) (nothing, error) {
			return nothing{}, a.Mails.Resend(t, q.vendor, q.id)
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/mails/test", ID: "send-test-mail", Group: group, Summary: "Send a test mail",
			About: "The log tells what came of it.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *request, in mailTest) (nothing, error) {
			return nothing{}, a.Mails.Queue(t, q.vendor, mailing.Message{Kind: mailing.Test, To: in.To})
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/licenses/{id}/mail", ID: "mail-license", Group: group,
			Summary: "Mail a licence's key to its licensee user again", Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *request, _ nothing) (nothing, error) {
			return nothing{}, a.Licenses.MailAgain(t, q.vendor, q.id)
		}),
	}
}

func (a *API) mailSettings() []operation {
	const group = "Mail"
	return []operation{
		get(a, operation{
			Path: "/mail-rules", ID: "list-mail-rules", Group: group, Summary: "What is told by mail, and to whom", Permission: identity.ManageDelivery,
		}, func(q *request) (page[mailRule], error) {
			own, err := a.MailRows.Rules(q.ctx, q.vendor)
			answer := page[mailRule]{Items: []mailRule{}}
			for _, r := range mailing.CompleteRules(own) {
				answer.Items = append(answer.Items, showRule(r))
			}
			return answer, err
		}),
		change(a, operation{
			Method: http.MethodPut, Path: "/mail-rules", ID: "set-mail-rule", Group: group,
			Summary: "Set the rule of one kind", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *request, in mailRule) (mailRule, error) {
			r := mailing.DefaultRule(in.Kind)
			r.IsOn, r.ToCustomer, r.Staff = in.IsOn, in.ToCustomer, in.Staff
			if in.Days != nil {
				r.Days = *in.Days
			}
			r, err := a.Mails.SetRule(t, q.vendor, r)
			return showRule(r), err
		}),
		get(a, operation{
			Path: "/mail-templates", ID: "list-mail-templates", Group: group, Summary: "The texts of all kinds of mail", Permission: identity.ManageDelivery,
		}, func(q *request) (page[mailTemplate], error) {
			own, err := a.MailRows.Templates(q.ctx, q.vendor)
			answer := page[mailTemplate]{Items: []mailTemplate{}}
			for _, p := range a.Mails.Complete(own) {
				answer.Items = append(answer.Items, showTemplate(p))
			}
			return answer, err
		}),
		change(a, operation{
			Method: http.MethodPut, Path: "/mail-templates", ID: "set-mail-template", Group: group, Summary: "Set the texts of one kind",
			About: "Values are escaped in HTML.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *request, in mailTexts) (mailTemplate, error) {
			p, err := a.Mails.SetTemplate(t, q.vendor, in.template())
			return showTemplate(p), err
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/mail-templates/reset", ID: "reset-mail-template", Group: group, Summary: "Go back to the server's own texts",
			Permission: identity.ManageDelivery, status: http.StatusOK,
		}, func(t tx.Tx, q *request, in mailTemplateReset) (mailTemplate, error) {
			p, err := a.Mails.ResetTemplate(t, q.vendor, in.Kind)
			return showTemplate(p), err
		}),
		read(a, operation{
			Method: http.MethodPost, Path: "/mail-templates/preview", ID: "preview-mail-template", Group: group,
			Summary: "Render texts with sample data", About: "They need not be stored.", Permission: identity.ManageDelivery,
		}, func(q *request, in mailTexts) (mailPreview, error) {
			v, err := a.VendorRows.ByID(q.ctx, q.vendor)
			if err != nil {
				return mailPreview{}, err
			}
			b, err := a.Mails.Preview(mailing.Vendor{
				Slug: v.Slug, Name: v.Name, Zone: v.Location(), SupportEmail: v.SupportEmail, Website: v.Website,
			}, in.template())
			return mailPreview(b), err
		}),
	}
}
