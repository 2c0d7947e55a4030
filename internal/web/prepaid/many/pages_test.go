package many_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Cards are bound by pasted lines or a file: first every line is shown, with what is wrong,
// and nothing is bound; then all of them are, with the cards that were shown.
func TestBindingManyOnThePage(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 3)
		d.Hand(t, cards, "top", "mid", "shop")
		for _, number := range []string{"1001", "1002", "1003"} {
			d.Device(t, number, "shop")
		}
		b := d.As(t, "shop", owners.Operator)
		at := d.At("shop", "/bind-many")
		look := url.Values{"look": {"1"}}
		send := func(text string) *servertest.Page {
			t.Helper()
			look.Set("text", text)
			return b.Upload(t, at, look, "file", "empty.csv", nil)
		}
		p := send(cards[1] + ",1001\n" + cards[1] + ",1002\n404\n")
		servertest.Says(t, p, "main", "2 lines can't be bound.", "named twice", "There is no such device.")
		if p.Find("input[type=hidden][name=text]").Length() != 0 {
			t.Error("lines that can't be bound are offered to be")
		}
		p = b.Upload(t, at, look, "file", "cards.csv", []byte("Device,Card\n1002,"+cards[2]+"\n1003,\n"))
		servertest.Says(t, send("1001\n1002"), "main", "Bind 2 cards", "the oldest that fits", "GT06N")
		if got := d.API(t, 200, "GET", "/cards?status=inactive", nil); strings.Contains(string(got.Body), cards[0]) {
			t.Errorf("looking has bound a card: %s", got.Body)
		}
		servertest.Says(t, p, "main", "What would be bound")
		text, _ := send("1001\n" + cards[2] + "\n1002\n").Find("input[name=text]").Attr("value")
		done := b.Post(t, at, url.Values{"text": {text}})
		servertest.Says(t, done, "body", "2 cards were bound.")
		if got := string(d.API(t, 200, "GET", "/devices/1002", nil).Body); !strings.Contains(got, cards[2]) {
			t.Errorf("the device of the second line: %s", got)
		}
		if p := d.As(t, "shop", owners.Viewer).Post(t, at, url.Values{"text": {"1003"}}); p.Status < 400 {
			t.Errorf("a viewer binds: %d", p.Status)
		}
	})
}
