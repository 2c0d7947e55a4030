package show

import (
	"net/http"
	"strconv"

	"chancery/internal/visible"
)

// framePolicy lets a mail show its own style and pictures that it carries, in a
// frame of our own pages. Nothing is loaded, run, sent or led to, wherever the
// document is opened.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// ServeMail serves the HTML of a mail for a sandboxed frame.
func ServeMail(w http.ResponseWriter, html string) {
	html = visible.Text(html)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", framePolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(html)) // the browser is gone: nothing left to tell it
}
