package show_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/console/show"
)

type texts []mailing.Template

// Templates implements show.MailTexts.
func (t texts) Templates(context.Context, ident.VendorID) ([]mailing.Template, error) { return t, nil }

// Complete implements show.MailRenderer.
func (texts) Complete(own []mailing.Template) []mailing.Template {
	return append(own, mailing.Template{Kind: mailing.Goodwill, Text: "default"})
}

// PreviewOf implements show.MailRenderer.
func (texts) PreviewOf(v mailing.Vendor, p mailing.Template, d mailing.Data) (mailing.Body, error) {
	return mailing.Body{Subject: v.Slug + " " + v.SupportEmail, Text: p.Text + " " + d.Product}, nil
}

func TestPreviewMail(t *testing.T) {
	t.Parallel()
	q := &web.Request{R: httptest.NewRequestWithContext(t.Context(), "GET", "/", nil), Vendor: vendors.Vendor{Slug: "acme", SupportEmail: "help@example.com"}}
	own := texts{{Kind: mailing.LicenseIssued, Text: "own"}}
	for k, want := range map[mailing.Kind]string{mailing.LicenseIssued: "own Drill", mailing.Goodwill: "default Drill"} {
		b, err := show.PreviewMail(q, own, own, k, mailing.Data{Product: "Drill"})
		if err != nil || b.Text != want || b.Subject != "acme help@example.com" {
			t.Errorf("%s: %+v, %v", k, b, err)
		}
	}
}

// A mail's HTML loads, runs and leads to nothing, and only our own pages frame it.
func TestServeMail(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	show.ServeMail(w, "<script>alert(1)</script>")
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", "base-uri 'none'", "; sandbox"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "script-src") || strings.Contains(policy, "allow-") || w.Header().Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("%v", w.Header())
	}
}
