package mails

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"

	"chancery/internal/mailing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// previewDocument is what the frame beside a template shows: a document of its
// own, in which the mail's HTML has a frame of its own.
type previewDocument struct {
	Body  mailing.Body
	Wrong []string
}

// previewPage is light, as mails are, whatever the console is.
//
//nolint:gochecknoglobals // a constant that Go has no form for
var previewPage = template.Must(template.New("preview").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Preview</title>
<style>
body{margin:0;padding:12px 14px;font:14px/1.5 system-ui,sans-serif;color:#1b2432;background:#fff}
h2{font-size:12px;font-weight:600;color:#586375;margin:14px 0 4px}
h2:first-child{margin-top:0}
.subject{font-weight:600;margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:440px;border:1px solid #e3e6eb;border-radius:6px;box-sizing:border-box}
pre{margin:0;padding:12px;background:#f5f6f8;border:1px solid #e3e6eb;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12.5px}
.wrong{border-left:4px solid #c8323d;padding:4px 12px}
</style></head><body>{{if .Wrong}}<div class="wrong" role="alert">{{range .Wrong}}<p>{{.}}</p>{{end}}</div>{{else}}
<h2>Subject</h2><p class="subject">{{.Body.Subject}}</p>
<h2>HTML</h2><iframe title="HTML of the mail" sandbox srcdoc="{{.Body.HTML}}"></iframe>
<h2>Text</h2><pre>{{.Body.Text}}</pre>{{end}}</body></html>
`))

func (d previewDocument) serve(w http.ResponseWriter, q *web.Request) error {
	var b bytes.Buffer
	if err := previewPage.Execute(&b, d); err != nil {
		return fmt.Errorf("mails: the preview: %w", err)
	}
	return show.ServeMail(w, q, b.String())
}
