package server_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Somebody reads out a block of a key: it finds the licence also where the key of another
// one begins with it. What begins as a word goes before, as runs of digits stand in many keys.
func TestABlockOfAKeyIsFoundBesideWhatBeginsSo(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		_, key := s.Issue(t, s.Edition, servertest.Fields{"name": "Asked for"})
		_, other := s.Issue(t, s.Edition, servertest.Fields{"name": "Another"})
		block := key[9:13]
		if err := server.Program.Rooms().DB.Run(t.Context(), func(x tx.Tx) error {
			begins, err := ident.ParseUUID(block + other[4:])
			if err != nil {
				return err
			}
			_, err = store.On(x).Exec(`UPDATE licenses SET license_key = $1 WHERE name = 'Another'`, begins)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for path, part := range map[string]string{"/search?q=": "#found", "/licenses?q=": "#rows"} {
			p := s.Get(t, path+url.QueryEscape(block))
			if text := p.Text(part); !strings.Contains(text, "Asked for") || !strings.Contains(text, "Another") {
				t.Errorf("%s%s: %s", path, block, text)
			}
		}
		s.Issue(t, s.Edition, servertest.Fields{"name": block + " street"})
		if text := s.Get(t, "/search?q="+block).Text("#found"); !strings.Contains(text, "street") || strings.Contains(text, "Asked for") {
			t.Errorf("a name begins with %s: %s", block, text)
		}
	})
}
