package mails

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Mails changes rules and templates, and sends mail.
type Mails interface {
	Queue(t tx.Tx, vendor ident.VendorID, m mailing.Message) error
	Resend(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	SetRule(t tx.Tx, vendor ident.VendorID, r mailing.Rule) (mailing.Rule, error)
	SetTemplate(t tx.Tx, vendor ident.VendorID, p mailing.Template) (mailing.Template, error)
	ResetTemplate(t tx.Tx, vendor ident.VendorID, k mailing.Kind, language string) (mailing.Template, error)
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

// Licenses mails what belongs to a licence.
type Licenses interface {
	// MailAgain mails the key to the licensee user once more.
	MailAgain(t tx.Tx, v ident.VendorID, id ident.UUID) error
}

// VendorRows reads vendors; the answer may be a second old.
type VendorRows interface {
	ByID(ctx context.Context, id ident.VendorID) (vendors.Vendor, error)
}

type mail struct {
	ID        ident.UUID    `json:"id" format:"uuid"`
	Kind      mailing.Kind  `json:"kind" enum:"license_issued,key_replaced,recovery,invitation,customer_added,address_confirm,address_taken,address_asked,address_changed,hand_over_confirm,hand_over_asked,handed_over,license_requested,request_answered,new_device,nearly_used_up,goodwill,expiring,expired,used_up,refresh_due,meter_threshold,meter_exhausted,prepaid_low,event,test"`
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
	Kind       mailing.Kind `json:"kind" enum:"license_issued,new_device,nearly_used_up,goodwill,expiring,expired,used_up,refresh_due,meter_threshold,meter_exhausted,prepaid_low,license_requested"`
	IsOn       bool         `json:"is_on"`
	ToCustomer bool         `json:"to_customer" doc:"to the licensee user of the licence and the administrators of its customer, unless they have chosen otherwise; false of license_requested"`
	Staff      []string     `json:"staff" maxItems:"10" nullable:"false" doc:"addresses of your own; where license_requested names none, it goes to the vendor's support_email"`
	Days       *int         `json:"days,omitempty" minimum:"1" maximum:"365" doc:"expiring, refresh_due: how many days before; 30 and 14 if left out"`
}

type mailTemplate struct {
	Kind      mailing.Kind `json:"kind" enum:"license_issued,key_replaced,recovery,invitation,customer_added,address_confirm,address_taken,address_asked,address_changed,hand_over_confirm,hand_over_asked,handed_over,license_requested,request_answered,new_device,nearly_used_up,goodwill,expiring,expired,used_up,refresh_due,meter_threshold,meter_exhausted,prepaid_low,event,test"`
	Language  string       `json:"language" doc:"a code such as de"`
	Subject   string       `json:"subject"`
	Text      string       `json:"text"`
	HTML      string       `json:"html" doc:"the content; the frame around it is the same for all"`
	Variables []string     `json:"variables" nullable:"false" doc:"what the texts may name, as {{.Name}} and {{if .Name}}"`
	IsDefault bool         `json:"is_default"`
	UpdatedAt *time.Time   `json:"updated_at"`
}

type mailTexts struct {
	Kind     mailing.Kind `json:"kind" enum:"license_issued,key_replaced,recovery,invitation,customer_added,address_confirm,address_taken,address_asked,address_changed,hand_over_confirm,hand_over_asked,handed_over,license_requested,request_answered,new_device,nearly_used_up,goodwill,expiring,expired,used_up,refresh_due,meter_threshold,meter_exhausted,prepaid_low,event,test"`
	Language string       `json:"language,omitempty" maxLength:"20" doc:"a code such as de; en if left out"`
	Subject  string       `json:"subject" maxLength:"300"`
	Text     string       `json:"text" maxLength:"20000"`
	HTML     string       `json:"html" maxLength:"50000"`
}

type mailTemplateReset struct {
	Kind     mailing.Kind `json:"kind" enum:"license_issued,key_replaced,recovery,invitation,customer_added,address_confirm,address_taken,address_asked,address_changed,hand_over_confirm,hand_over_asked,handed_over,license_requested,request_answered,new_device,nearly_used_up,goodwill,expiring,expired,used_up,refresh_due,meter_threshold,meter_exhausted,prepaid_low,event,test"`
	Language string       `json:"language,omitempty" maxLength:"20" doc:"a code such as de; en if left out"`
}

type mailPreview struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html" doc:"show it in a sandboxed frame"`
}

// english is the language of texts that name none.
const english = "en"

func (m mailTexts) template() mailing.Template {
	return mailing.Template{Kind: m.Kind, Language: cmp.Or(m.Language, english), Subject: m.Subject, Text: m.Text, HTML: m.HTML}
}

func showMail(m mailing.Mail) mail {
	shown := mail{
		ID: m.UUID, Kind: m.Kind, LicenseID: value.IDOrNil(m.License), To: m.To, Subject: m.Body.Subject, State: m.State, Attempts: m.Attempts,
		At: m.At, SentAt: m.SentAt,
	}
	if m.Error != "" {
		shown.Error = &m.Error
	}
	return shown
}

func showRule(r mailing.Rule) mailRule {
	shown := mailRule{Kind: r.Kind, IsOn: r.IsOn, ToCustomer: r.ToCustomer, Staff: append([]string{}, r.Staff...)}
	if r.Kind == mailing.Expiring || r.Kind == mailing.RefreshDue {
		shown.Days = &r.Days
	}
	return shown
}

func showTemplate(p mailing.Template) mailTemplate {
	return mailTemplate{
		Kind: p.Kind, Language: p.Language, Subject: p.Subject, Text: p.Text, HTML: p.HTML, Variables: p.Kind.Variables(), IsDefault: p.IsDefault,
		UpdatedAt: value.TimeOrNil(p.UpdatedAt),
	}
}

func (a *Area) mail(m *operation.Maker) []operation.Operation {
	return append(a.mailLog(m), a.mailSettings(m)...)
}

func (a *Area) mailLog(m *operation.Maker) []operation.Operation {
	const group = "Mail"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/mails", ID: "list-mails", Group: group, Summary: "The mail log, the newest first",
			Queries: []operation.Query{
				{Name: "state", Kind: operation.Text, Doc: "only those", Enum: []string{"queued", "sent", "failed", "kept"}},
				{Name: "license_id", Kind: operation.UUID, Doc: "only what is about this licence"},
			},
			Permission: identity.ManageDelivery,
		}, mailing.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[mailing.Mail], error) {
			return a.MailRows.List(q.Context, q.Vendor, mailing.Filter{State: mailing.State(q.Text("state")), License: q.UUID("license_id")}, r)
		}, showMail),
		operation.Get(m, operation.Operation{
			Path: "/mails/{id}", ID: "get-mail", Group: group, Summary: "Get a mail with its texts", Permission: identity.ManageDelivery,
		}, func(q *operation.Request) (mailWithBody, error) {
			m, err := a.MailRows.ByUUID(q.Context, q.Vendor, q.ID)
			return mailWithBody{showMail(m), m.Body.Text, m.Body.HTML}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/mails/{id}/resend", ID: "resend-mail", Group: group, Summary: "Send a mail again, as it was",
			About: "A mail with a single-use link can't be sent again: ask for a new link.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Mails.Resend(t, q.Vendor, q.ID)
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/mails/test", ID: "send-test-mail", Group: group, Summary: "Send a test mail",
			About: "The log tells what came of it.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, in mailTest) (operation.Nothing, error) {
			return operation.Nothing{}, a.Mails.Queue(t, q.Vendor, mailing.Message{Kind: mailing.Test, To: in.To})
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses/{id}/mail", ID: "mail-license", Group: group,
			Summary: "Mail a licence's key to its licensee user again", Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Licenses.MailAgain(t, q.Vendor, q.ID)
		}),
	}
}

func (a *Area) mailSettings(m *operation.Maker) []operation.Operation {
	const group = "Mail"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/mail-rules", ID: "list-mail-rules", Group: group, Summary: "What is told by mail, and to whom", Permission: identity.ManageDelivery,
		}, func(q *operation.Request) (operation.Page[mailRule], error) {
			own, err := a.MailRows.Rules(q.Context, q.Vendor)
			answer := operation.Page[mailRule]{Items: []mailRule{}}
			for _, r := range mailing.CompleteRules(own) {
				answer.Items = append(answer.Items, showRule(r))
			}
			return answer, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPut, Path: "/mail-rules", ID: "set-mail-rule", Group: group,
			Summary: "Set the rule of one kind", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, in mailRule) (mailRule, error) {
			r := mailing.DefaultRule(in.Kind)
			r.IsOn, r.ToCustomer, r.Staff = in.IsOn, in.ToCustomer, in.Staff
			if in.Days != nil {
				r.Days = *in.Days
			}
			r, err := a.Mails.SetRule(t, q.Vendor, r)
			return showRule(r), err
		}),
		operation.Get(m, operation.Operation{
			Path: "/mail-templates", ID: "list-mail-templates", Group: group, Summary: "The texts of all kinds of mail in all languages",
			Permission: identity.ManageDelivery,
		}, func(q *operation.Request) (operation.Page[mailTemplate], error) {
			own, err := a.MailRows.Templates(q.Context, q.Vendor)
			answer := operation.Page[mailTemplate]{Items: []mailTemplate{}}
			for _, p := range a.Mails.Complete(own) {
				answer.Items = append(answer.Items, showTemplate(p))
			}
			return answer, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPut, Path: "/mail-templates", ID: "set-mail-template", Group: group, Summary: "Set the texts of one kind in one language",
			About: "Values are escaped in HTML.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, in mailTexts) (mailTemplate, error) {
			p, err := a.Mails.SetTemplate(t, q.Vendor, in.template())
			return showTemplate(p), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/mail-templates/reset", ID: "reset-mail-template", Group: group, Summary: "Go back to the server's own texts",
			Permission: identity.ManageDelivery, Status: http.StatusOK,
		}, func(t tx.Tx, q *operation.Request, in mailTemplateReset) (mailTemplate, error) {
			p, err := a.Mails.ResetTemplate(t, q.Vendor, in.Kind, cmp.Or(in.Language, english))
			return showTemplate(p), err
		}),
		operation.Read(m, operation.Operation{
			Method: http.MethodPost, Path: "/mail-templates/preview", ID: "preview-mail-template", Group: group,
			Summary: "Render texts with sample data", About: "They need not be stored.", Permission: identity.ManageDelivery,
		}, func(q *operation.Request, in mailTexts) (mailPreview, error) {
			v, err := a.VendorRows.ByID(q.Context, q.Vendor)
			if err != nil {
				return mailPreview{}, err
			}
			width, height := v.Branding.LogoSize(mailing.LogoHeight)
			b, err := a.Mails.Preview(mailing.Vendor{
				Slug: v.Slug, Name: v.ShownName(), Zone: v.Location(), SupportEmail: v.SupportEmail, Website: v.Website,
				SupportText: v.Branding.SupportText, Accent: v.Branding.AccentLight, LogoWidth: width, LogoHeight: height,
			}, in.template())
			return mailPreview(b), err
		}),
	}
}
