package mails_test

import (
	"testing"

	"chancery/internal/server/servertest"
)

// A preview of what can't be read as a form is refused, and is no fault of the server.
func TestPreviewOfWhatIsNoForm(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	p := b.Post(t, "/settings/mail/templates/test/en/preview", nil, "Content-Type", "multipart/form-data; boundary=none")
	if p.Status != 400 {
		t.Errorf("%d %s", p.Status, p.Text("main"))
	}
}
