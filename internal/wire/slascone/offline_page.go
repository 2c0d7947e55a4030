package slascone

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
)

// page is what a person sees who opens the address of an activation file.
// Nothing of the address is on it, which anybody can make up.
type page struct {
	Title  string
	Lines  []string
	Button string // posts to the very address that was opened
}

func askPage() page {
	return page{
		Title: "Activate a device",
		Lines: []string{
			"You have opened the activation code of a device without internet.",
			"The button takes one activation of the licence for it, and gives you a file. Carry the file to the device and load it there.",
		},
		Button: "Activate and download the file",
	}
}

const pageStyle = `body{margin:0 auto;max-width:34rem;padding:2rem 1rem;font:1.125rem/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff}
button{font:inherit;padding:.75rem 1.25rem;border:0;border-radius:.375rem;color:#fff;background:#0b57d0}
button:focus-visible{outline:3px solid #1a1a1a;outline-offset:2px}
@media (prefers-color-scheme:dark){body{color:#f2f2f2;background:#161616}button:focus-visible{outline-color:#f2f2f2}}`

//nolint:gochecknoglobals // a constant
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Title}}</title>
<style>` + pageStyle + `</style></head>
<body><main>
<h1>{{.Title}}</h1>
{{range .Lines}}<p>{{.}}</p>
{{end}}{{with .Button}}<form method="post"><button type="submit">{{.}}</button></form>
{{end}}</main></body>
</html>
`))

// pagePolicy lets the page be itself: its style, and a form to where it came from.
func pagePolicy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

func (a *API) writePage(w http.ResponseWriter, status int, p page) error {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return fmt.Errorf("slascone: a page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy())
	// Browsers say where a form came from only if they may send a referrer there;
	// without that the button would pass for another site's.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client is gone: nothing left to tell it
	return nil
}
