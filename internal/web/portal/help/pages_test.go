package help_test

import (
	"net/url"
	"testing"

	"chancery/internal/server/servertest"
)

// Owners read the text to begin with, and then what the vendor writes, safely.
func TestHelp(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		servertest.Says(t, anna.Get(t, "/help"), "main", "What counts as an activation", "How to free an activation")
		servertest.Says(t, s.Get(t, "/settings/help"), "main", "What counts as an activation", "Was als Aktivierung zählt")
		form := servertest.Filled(s.Get(t, "/settings/help"))
		form.Set("help_en", "## Call us\n\n<script>alert(1)</script> [here](https://acme.example/help)")
		servertest.Says(t, s.Post(t, "/settings/help", form), "main", "The help texts were saved.", "Call us")
		p := anna.Get(t, "/help")
		servertest.Says(t, p, "main", "Call us", "<script>alert(1)</script>")
		if p.Find("main script").Length() != 0 || p.Find(`main a[href="https://acme.example/help"]`).Length() != 1 || p.Find("main h2").First().Text() != "Call us" {
			t.Errorf("%s", p.Body)
		}
		servertest.Refuses(t, s.Post(t, "/settings/help", url.Values{"seen": form["seen"], "help_en": {"x"}, "help_de": {"y"}}), "", "")
	})
}
