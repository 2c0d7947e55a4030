package settings_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Attack: a vendor points the server at the inside of its network.
func TestProviderInside(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	p, owner := servertest.NewProvider(t), s.SignIn(t, v)
	for issuer, want := range map[string]string{
		p.URL:                          "not one of the public internet",
		"http://login.example.com":     "must be the address of the provider",
		"javascript:alert(1)":          "must be the address of the provider",
		"https://user@169.254.169.254": "must be the address of the provider",
		"https://169.254.169.254":      "not one of the public internet",
	} {
		form := p.Settings("any")
		form.Set("issuer", issuer)
		if page := owner.Fill(t, "/settings/sign-in/edit", form); page.Status != 400 || !strings.Contains(page.Text("#issuer-error"), want) {
			t.Errorf("%s: %d %s", issuer, page.Status, page.Text("main"))
		}
	}
}
