package mailing

import (
	"slices"
	"strings"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/tx"
)

// Template is the texts of one kind in one language. Html is the content only: the frame around
// it, with the vendor's name, is the same for all.
type Template struct {
	Kind      Kind
	Language  string // its code
	Subject   string
	Text      string
	HTML      string
	IsDefault bool      // not the vendor's own
	UpdatedAt time.Time // of the vendor's own
}

// Body is a rendered mail.
type Body struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
}

// Renderer makes mails of templates. In a template there are variables
// ({{.Product}}) and {{if .Until}} with {{else}}; nothing else.
type Renderer interface {
	// Default gives the server's own template of a kind in a language; in English where it
	// has none in this one.
	Default(k Kind, language string) Template

	// Check finds what is wrong with a template that may name only these
	// variables, by field: "subject", "text", "html".
	Check(p Template, variables []string) fault.Fields

	// Render fills a template in, in the vendor's branding. The subject is one line without control characters.
	// With a foot it ends in that.
	Render(p Template, vendor Vendor, values map[string]string, foot Foot) (Body, error)

	// Letter makes a mail of what somebody has made of a rendered text. Where the text
	// is as it was, so is the HTML; else it is made of the text.
	Letter(l Letter, of Body, vendor Vendor, language string) (Body, error)
}

// SetTemplate stores the vendor's own texts of a kind.
func (s *Service) SetTemplate(t tx.Tx, v ident.VendorID, p Template) (Template, error) {
	p, err := s.check(p)
	if err != nil {
		return Template{}, err
	}
	p.UpdatedAt, p.IsDefault = t.Now(), false
	if err := s.Store.SaveTemplate(t, v, p); err != nil {
		return Template{}, err
	}
	s.journal(t, v, "mail_template.changed", struct {
		Kind     Kind   `json:"kind"`
		Language string `json:"language"`
		Subject  string `json:"subject"`
	}{p.Kind, p.Language, p.Subject})
	return p, nil
}

// ResetTemplate goes back to the server's own texts.
func (s *Service) ResetTemplate(t tx.Tx, v ident.VendorID, k Kind, code string) (Template, error) {
	if err := known(k); err != nil {
		return Template{}, err
	}
	if _, err := speaking(code); err != nil {
		return Template{}, err
	}
	if err := s.Store.DeleteTemplate(t, v, k, code); err != nil {
		return Template{}, err
	}
	s.journal(t, v, "mail_template.reset", struct {
		Kind     Kind   `json:"kind"`
		Language string `json:"language"`
	}{k, code})
	return s.Renderer.Default(k, code), nil
}

// Preview renders texts, stored or not, with sample data, or says what is wrong with them.
func (s *Service) Preview(vendor Vendor, p Template) (Body, error) {
	return s.PreviewOf(vendor, p, s.Sample(vendor))
}

// PreviewOf renders texts, stored or not, with this data.
func (s *Service) PreviewOf(vendor Vendor, p Template, d Data) (Body, error) {
	p, err := s.check(p)
	if err != nil {
		return Body{}, err
	}
	if d.DashboardLink == "" {
		d.DashboardLink = s.Dashboard(vendor)
	}
	l, err := speaking(p.Language)
	if err != nil {
		return Body{}, err
	}
	return s.Renderer.Render(p, vendor, p.Kind.Values(l, vendor, d), Foot{})
}

// Complete lays a vendor's own templates over the server's: one of each kind in each language.
func (s *Service) Complete(own []Template) []Template {
	languages, err := language.Load()
	if err != nil {
		return own
	}
	all := make([]Template, 0, len(Kinds())*len(languages))
	for _, k := range Kinds() {
		for _, l := range languages {
			if i := slices.IndexFunc(own, func(p Template) bool { return p.Kind == k && p.Language == l.Code() }); i >= 0 {
				all = append(all, own[i])
				continue
			}
			p := s.Renderer.Default(k, l.Code())
			p.Language = l.Code()
			all = append(all, p)
		}
	}
	return all
}

// check reads a template as it is stored.
func (s *Service) check(p Template) (Template, error) {
	if err := known(p.Kind); err != nil {
		return p, err
	}
	if _, err := speaking(p.Language); err != nil {
		return p, err
	}
	var wrong fault.Fields
	p.Subject = entry.Text(&wrong, "subject", p.Subject, 1, 300)
	p.Text = entry.Lines(&wrong, "text", p.Text, 1, 20_000)
	p.HTML = entry.Lines(&wrong, "html", p.HTML, 1, 50_000)
	if len(wrong) == 0 {
		wrong = s.Renderer.Check(p, p.Kind.Variables())
	}
	return p, wrong.Err()
}

func known(k Kind) error {
	if k.known() {
		return nil
	}
	names := make([]string, 0, len(Kinds()))
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return fault.Wrong(fault.Field{Name: "kind", Message: "must be one of " + strings.Join(names, ", ")})
}
