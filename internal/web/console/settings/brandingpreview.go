package settings

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"net/http"

	"chancery/internal/colour"
	"chancery/internal/mailing"
	"chancery/internal/vendors"
	"chancery/internal/web/show"
)

// brandingPreview is what the frame beside the form shows: a document of its own, with
// the portal in both themes and a mail.
type brandingPreview struct {
	Wrong  []string
	Notes  []string
	Themes []previewTheme
	Mail   string
}

type previewTheme struct {
	Name                  string
	Page, Card, Line      colour.Colour
	Ink, Quiet, Active    colour.Colour
	Accent, Text, Link    colour.Colour
	Vendor, Support, Help string
	Logo                  template.URL // empty for none
	Width, Height         int
	Named                 bool
	IsDark                bool
}

// previewOf shows a vendor's branding.
func previewOf(v vendors.Vendor, logo vendors.Logo, mail mailing.Body) brandingPreview {
	d := brandingPreview{Mail: show.WithLogo(mail.HTML, logo)}
	light, hasLight := v.Branding.Light()
	dark, hasDark := v.Branding.Dark()
	if !hasLight {
		light = colour.Scheme{Accent: ownAccent, Text: ownAccent.Text(), Link: ownAccent}
	}
	if !hasDark {
		dark = colour.Scheme{Accent: ownAccent, Text: ownAccent.Text(), Link: ownDarkLink}
	}
	if hasLight {
		d.Notes = append(d.Notes, notesOn("light", light)...)
	}
	if hasDark {
		d.Notes = append(d.Notes, notesOn("dark", dark)...)
	}
	base := previewTheme{Vendor: v.ShownName(), Support: v.Branding.SupportText, Help: v.SupportEmail, Named: true}
	if base.Help == "" {
		base.Help = v.Website
	}
	const height = 36 // as on pages
	if base.Width, base.Height = v.Branding.LogoSize(height); base.Width > 0 {
		base.Logo = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(logo.Content)) //nolint:gosec // of the server's own making
		base.Named = base.Width < 2*base.Height
	}
	one, other := base, base
	one.Name, one.Page, one.Card, one.Line, one.Ink, one.Quiet, one.Active = "light", "#f5f6f8", "#ffffff", "#e3e6eb", "#1b2432", "#586375", "#eceef2"
	one.Accent, one.Text, one.Link = light.Accent, light.Text, light.Link
	other.Name, other.Page, other.Card, other.Line, other.Ink, other.Quiet, other.Active = "dark", "#10151d", "#171e29", "#2a3342", "#e3e8f0", "#9ba8ba", "#232c3b"
	other.Accent, other.Text, other.Link, other.IsDark = dark.Accent, dark.Text, dark.Link, true
	d.Themes = []previewTheme{one, other}
	return d
}

// notesOn says where a colour is not used as it was chosen.
func notesOn(theme string, s colour.Scheme) []string {
	if s.Link == s.Accent {
		return nil
	}
	return []string{fmt.Sprintf("Links on %s pages are drawn in %s: %s has too little contrast there (%.2f to 1; %g to 1 is needed).",
		theme, s.Link, s.Accent, math.Floor(s.Contrast*100)/100, colour.Enough)}
}

//nolint:gochecknoglobals // a constant that Go has no form for
var brandingTemplate = template.Must(template.New("branding").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Preview</title>
<style>
body{margin:0;padding:12px 14px;font:14px/1.5 system-ui,sans-serif;color:#1b2432;background:#fff}
h2{font-size:12px;font-weight:600;color:#586375;margin:16px 0 6px}h2:first-child{margin-top:0}
.wrong,.note{border-left:4px solid #c8323d;padding:4px 12px;margin:0 0 12px}.note{border-color:#d9651a}.wrong p,.note p{margin:0}
.theme{border:1px solid #e3e6eb;border-radius:8px;overflow:hidden}
.top{display:flex;align-items:center;gap:10px;padding:12px 16px;font-weight:600;flex-wrap:wrap}
.top a{margin-left:auto;font-weight:400}.top .here{padding:4px 10px;border-radius:6px;font-weight:600}
.in{padding:16px}.card{border-radius:8px;padding:16px;max-width:320px;margin:0 auto}
.card b{display:block;text-align:center;margin-bottom:10px}
.field{border-radius:6px;padding:7px 10px;margin-bottom:10px}
.button{display:block;border-radius:6px;padding:8px;text-align:center;font-weight:500;margin-bottom:10px}
.help{text-align:center;font-size:12.5px;margin:12px 0 0;white-space:pre-line;overflow-wrap:anywhere}
.plate{background:#fff;border-radius:6px;padding:4px 6px}
img{display:block;max-width:100%}
iframe{width:100%;height:520px;border:1px solid #e3e6eb;border-radius:6px;box-sizing:border-box}
</style></head><body>{{if .Wrong}}<div class="wrong" role="alert">{{range .Wrong}}<p>{{.}}</p>{{end}}</div>{{else}}
{{if .Notes}}<div class="note" role="status">{{range .Notes}}<p>{{.}}</p>{{end}}</div>{{end}}
{{range .Themes}}<h2>Portal, {{.Name}}</h2>
<div class="theme" style="background:{{.Page}};color:{{.Ink}}">
<div class="top" style="background:{{.Card}};border-bottom:1px solid {{.Line}}">{{if .Logo}}<img src="{{.Logo}}" width="{{.Width}}" height="{{.Height}}"
  alt="{{.Vendor}}"{{if .IsDark}} class="plate"{{end}}>{{end}}{{if .Named}}<span>{{.Vendor}}</span>{{end}}
<span class="here" style="background:{{.Active}};color:{{.Link}}">Overview</span><a style="color:{{.Link}}">Help</a></div>
<div class="in"><div class="card" style="background:{{.Card}};border:1px solid {{.Line}}"><b>Sign in</b>
<div class="field" style="border:1px solid {{.Line}};color:{{.Quiet}}">E-mail</div>
<div class="button" style="background:{{.Accent}};color:{{.Text}}">Sign in</div><a style="color:{{.Link}}">Forgot password</a></div>
{{if or .Support .Help}}<p class="help" style="color:{{.Quiet}}">{{.Support}}{{if .Help}}
Help: <a style="color:{{.Link}}">{{.Help}}</a>{{end}}</p>{{end}}</div></div>{{end}}
<h2>Mail</h2><iframe title="HTML of a mail" sandbox srcdoc="{{.Mail}}"></iframe>{{end}}</body></html>
`))

func (d brandingPreview) serve(w http.ResponseWriter) error {
	var b bytes.Buffer
	if err := brandingTemplate.Execute(&b, d); err != nil {
		return fmt.Errorf("settings: the preview: %w", err)
	}
	show.ServeFrame(w, b.String())
	return nil
}
