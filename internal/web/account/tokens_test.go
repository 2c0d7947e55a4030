package account_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// The pages of access tokens, and what they refuse, speak the person's language.
func TestAccessTokensSpeakGerman(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.AsOwner(t, s.Vendor(t, "Acme"), "anna@example.com", nil)
	b.Fill(t, "/account/language", url.Values{"language": {"de"}})
	servertest.Expects(t, b.Get(t, "/account/tokens"), "h1", "Zugriffstoken", "main", "Sie haben noch keines.", "main", "Höchstens 20.")
	servertest.Expects(t, b.Get(t, "/account/tokens/new"), "h1", "Neues Zugriffstoken", "main", "Höchstens 365.")
	for days, want := range map[string]string{
		"many": "muss eine ganze Zahl sein", "1,5": "muss eine ganze Zahl sein", "0": "muss zwischen 1 und 365 liegen", "366": "muss zwischen 1 und 365 liegen",
	} {
		servertest.Refuses(t, b.Fill(t, "/account/tokens/new", url.Values{"name": {"x"}, "days": {days}}), "days", want)
	}
	for range 20 {
		b.AccessToken(t, "Inventar", "90")
	}
	servertest.Refuses(t, b.Fill(t, "/account/tokens/new", url.Values{"name": {"x"}, "days": {"90"}}), "", "Sie haben 20 Zugriffstoken")
	revoke := strings.TrimPrefix(b.Get(t, "/account/tokens").Find("tbody a").AttrOr("href", ""), b.Base)
	servertest.Expects(t, b.Get(t, revoke), "h1", "„Inventar“ widerrufen", "main", "Es gilt sofort nicht mehr")
	servertest.Expects(t, b.Fill(t, revoke, nil), "body", "Das Zugriffstoken „Inventar“ ist widerrufen.")
}
