package servertest

import (
	"net/url"
	"testing"
)

// AccessToken makes an access token on the portal, as its user does.
func (b *Browser) AccessToken(t *testing.T, name, days string) string {
	t.Helper()
	p := b.Fill(t, "/account/tokens/new", url.Values{"name": {name}, "days": {days}})
	secret := p.Text("#secret")
	if secret == "" {
		t.Fatalf("no access token was made: %d %s", p.Status, p.Text("main"))
	}
	return secret
}
