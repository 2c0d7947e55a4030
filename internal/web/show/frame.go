package show

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"chancery/internal/mailing"
	"chancery/internal/vendors"
	"chancery/internal/visible"
	"chancery/internal/web"
)

// framePolicy lets a mail show its own style and pictures that it carries, in a
// frame of our own pages. Nothing is loaded, run, sent or led to, wherever the
// document is opened.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// MailVendor is in whose name a vendor's mails are sent.
func MailVendor(v vendors.Vendor) mailing.Vendor {
	width, height := v.Branding.LogoSize(mailing.LogoHeight)
	return mailing.Vendor{
		Slug: v.Slug, Host: v.LinksHost, Name: v.ShownName(), Zone: v.Location(), SupportEmail: v.SupportEmail, Website: v.Website,
		SupportText: v.Branding.SupportText, Accent: v.Branding.AccentLight, LogoWidth: width, LogoHeight: height,
	}
}

// ServeMail serves the HTML of a mail for a sandboxed frame. The logo, which travels with
// the mail, is put into it.
func ServeMail(w http.ResponseWriter, q *web.Request, html string) error {
	if strings.Contains(html, mailing.LogoSource) {
		logo, err := q.Face().Logos.Logo(q.Context(), q.VendorID())
		if err != nil {
			return err
		}
		html = WithLogo(html, logo)
	}
	ServeFrame(w, html)
	return nil
}

// WithLogo puts a logo into the HTML of a mail, in place of the one that travels with it.
func WithLogo(html string, logo vendors.Logo) string {
	return strings.ReplaceAll(html, mailing.LogoSource, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(logo.Content))
}

// ServeFrame serves a document for a sandboxed frame: with its own style and pictures,
// and nothing that loads, runs, sends or leads anywhere.
func ServeFrame(w http.ResponseWriter, html string) {
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
