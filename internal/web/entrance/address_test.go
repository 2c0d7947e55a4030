package entrance_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// Every mail of a change of address is in the language of the person whose address it is,
// also to the address that they do not have yet, and to that which they have no more.
func TestAChangeOfAddressSpeaksOneLanguage(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		anna := m.AsOwner(t, m.Vendor, "anna@werk.example", nil)
		anna.Fill(t, "/account/language", url.Values{"language": {"de"}})
		anna.Fill(t, "/account/email", url.Values{"email": {"anna@heim.example"}, "password": {anna.Password}})
		var link string
		read := func() {
			t.Helper()
			for range 2 {
				got := m.Box.Read(t)
				if !strings.Contains(got.HTML, `lang="de"`) || !strings.Contains(got.Text, "Adresse") {
					t.Errorf("to %s: %s\n%s", got.To, got.Subject, got.Text)
				}
				if got.To == "anna@heim.example" && link == "" {
					link = got.Link(t, "/portal/acme/confirm-address?")
				}
			}
		}
		read()
		_, secret, _ := strings.Cut(link, "token=")
		anna.Post(t, "/confirm-address", url.Values{"token": {secret}})
		read()
	})
}
