package mail

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"strings"
	"text/template"
	"unicode"

	"chancery/internal/colour"
	"chancery/internal/fault"
	"chancery/internal/language"
	"chancery/internal/mailing"
	"chancery/internal/visible"
)

//go:embed templates
var files embed.FS

// maxBody bounds a rendered mail, in bytes: an {{if}} can't repeat, but what it shows can be long.
const maxBody = 256 << 10

// Renderer renders mails. It implements mailing.Renderer.
type Renderer struct {
	frame    *htmltemplate.Template
	defaults map[mailing.Kind]map[string]mailing.Template // by the language
}

var _ mailing.Renderer = &Renderer{}

// NewRenderer reads the server's own templates.
func NewRenderer() (*Renderer, error) {
	frame, err := htmltemplate.ParseFS(files, "templates/frame.html")
	if err != nil {
		return nil, fmt.Errorf("mail: the frame: %w", err)
	}
	languages, err := language.Load()
	if err != nil {
		return nil, err
	}
	r := &Renderer{frame, map[mailing.Kind]map[string]mailing.Template{}}
	for _, k := range mailing.Kinds() {
		r.defaults[k] = map[string]mailing.Template{}
		for _, l := range languages {
			p, err := r.read(k, l.Code())
			if errors.Is(err, fs.ErrNotExist) && l != languages[0] {
				continue // it is English, until somebody writes it
			}
			if err != nil {
				return nil, err
			}
			r.defaults[k][l.Code()] = p
		}
	}
	return r, nil
}

// english is the language whose templates have no folder of their own.
const english = "en"

// read reads the server's own template of a kind in a language.
func (r *Renderer) read(k mailing.Kind, code string) (mailing.Template, error) {
	folder := "templates/"
	if code != english {
		folder += code + "/"
	}
	text, err := files.ReadFile(folder + string(k) + ".txt")
	html, err2 := files.ReadFile(folder + string(k) + ".html")
	if err := errors.Join(err, err2); err != nil {
		return mailing.Template{}, fmt.Errorf("mail: a template: %w", err)
	}
	subject, body, _ := strings.Cut(string(text), "\n")
	p := mailing.Template{Kind: k, Language: code, Subject: subject, Text: body, HTML: string(html), IsDefault: true}
	if wrong := r.Check(p, k.Variables()); len(wrong) > 0 {
		return mailing.Template{}, fmt.Errorf("mail: the template %s in %s: %w", k, code, wrong.Err())
	}
	return p, nil
}

// Default implements mailing.Renderer.
func (r *Renderer) Default(k mailing.Kind, code string) mailing.Template {
	if p, ok := r.defaults[k][code]; ok {
		return p
	}
	return r.defaults[k][english]
}

// Check implements mailing.Renderer.
func (r *Renderer) Check(p mailing.Template, variables []string) fault.Fields {
	var wrong fault.Fields
	wrong.Check(!strings.ContainsFunc(p.Subject, unicode.IsControl), "subject", "must be one line")
	for _, part := range []struct{ name, text string }{{"subject", p.Subject}, {"text", p.Text}, {"html", p.HTML}} {
		if message := forbidden(part.text, variables); message != "" {
			wrong.Check(false, part.name, message)
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	values := map[string]string{}
	for _, name := range variables {
		values[name] = "x"
	}
	if _, err := htmlOf(p.HTML, values); err != nil {
		wrong.Check(false, "html", "is no HTML that a variable can be shown in safely where one stands")
	}
	return wrong
}

// Render implements mailing.Renderer.
func (r *Renderer) Render(p mailing.Template, vendor mailing.Vendor, values map[string]string, foot mailing.Foot) (mailing.Body, error) {
	subject, err := textOf(p.Subject, values)
	if err != nil {
		return mailing.Body{}, err
	}
	var b mailing.Body
	b.Subject = oneLine(subject)
	if b.Text, err = textOf(p.Text, values); err != nil {
		return mailing.Body{}, err
	}
	if said := strings.TrimSpace(vendor.SupportText); said != "" {
		b.Text = strings.TrimRight(b.Text, "\n") + "\n\n" + visible.Text(said) + "\n"
	}
	if foot.Link != "" {
		b.Text = strings.TrimRight(b.Text, "\n") + "\n\n" + foot.Why + "\n" + foot.Label + ":\n" + foot.Link + "\n"
	}
	content, err := htmlOf(p.HTML, values)
	if err != nil {
		return mailing.Body{}, err
	}
	return r.framed(b, vendor, p.Language, content, vendor.SupportText, foot)
}

// ground is what stands below the content of a mail; mails are light.
const ground = colour.Colour("#ffffff")

// framed puts content that is HTML into the frame of all mails, in the vendor's branding.
func (r *Renderer) framed(b mailing.Body, vendor mailing.Vendor, code, content, support string, foot mailing.Foot) (mailing.Body, error) {
	var out bytes.Buffer
	frame := struct {
		Language        string
		Subject, Vendor string
		Accent, Link    colour.Colour
		Logo            htmltemplate.URL // empty for none
		Width, Height   int
		Content         htmltemplate.HTML
		Support         htmltemplate.HTML
		Foot            mailing.Foot
	}{
		Foot:     foot,
		Language: cmp.Or(code, english), Subject: b.Subject, Vendor: visible.Text(vendor.Name), Width: vendor.LogoWidth, Height: vendor.LogoHeight,
		Content: htmltemplate.HTML(content), Support: htmltemplate.HTML(paragraphs(visible.Text(support))), //nolint:gosec // escaped by htmlOf and paragraphs
	}
	if vendor.Accent != "" {
		frame.Accent, frame.Link = vendor.Accent, vendor.Accent.ReadableOn(ground)
	}
	if vendor.LogoWidth > 0 {
		frame.Logo = mailing.LogoSource
	}
	if err := r.frame.Execute(&out, frame); err != nil {
		return mailing.Body{}, fmt.Errorf("mail: the frame: %w", err)
	}
	b.HTML = out.String()
	if len(b.Text) > maxBody || len(b.HTML) > maxBody {
		return mailing.Body{}, errors.New("mail: the mail is too long")
	}
	return b, nil
}

// Letter implements mailing.Renderer.
func (r *Renderer) Letter(l mailing.Letter, of mailing.Body, vendor mailing.Vendor, code string) (mailing.Body, error) {
	b := mailing.Body{Subject: oneLine(l.Subject), Text: l.Text, HTML: of.HTML}
	if strings.TrimSpace(l.Text) == strings.TrimSpace(of.Text) {
		return b, nil
	}
	return r.framed(b, vendor, code, paragraphs(l.Text), "", mailing.Foot{}) // the text holds what is said of support
}

// paragraphs is a text as HTML: empty lines part paragraphs, and lines stay lines.
func paragraphs(text string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if part = strings.Trim(part, "\n"); part != "" {
			b.WriteString("<p>" + strings.ReplaceAll(htmltemplate.HTMLEscapeString(part), "\n", "<br>\n") + "</p>\n")
		}
	}
	return b.String()
}

func textOf(text string, values map[string]string) (string, error) {
	t, err := template.New("text").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", fmt.Errorf("mail: a text: %w", err)
	}
	var out strings.Builder
	if err := t.Execute(&out, values); err != nil {
		return "", fmt.Errorf("mail: a text: %w", err)
	}
	return out.String(), nil
}

func htmlOf(text string, values map[string]string) (string, error) {
	t, err := htmltemplate.New("html").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", fmt.Errorf("mail: an HTML text: %w", err)
	}
	var out strings.Builder
	if err := t.Execute(&out, values); err != nil {
		return "", fmt.Errorf("mail: an HTML text: %w", err)
	}
	return out.String(), nil
}

// oneLine makes a header's value: a control character in it would begin another header.
func oneLine(s string) string {
	const most = 250
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' }), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}
