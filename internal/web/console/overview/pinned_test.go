package overview_test

import (
	"testing"

	"chancery/internal/server/servertest"
)

// The key that programs pin can be copied from the console: a key id looks like one,
// and is none.
func TestThePinnedKeyIsShown(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	shown := s.SignIn(t, v).Get(t, "/settings/signing-keys").Find("[data-copy]").First()
	if got := shown.AttrOr("data-copy", ""); got != v.Ed25519PublicKey {
		t.Errorf("shown is %q, and %q is what the command line printed", got, v.Ed25519PublicKey)
	}
}
