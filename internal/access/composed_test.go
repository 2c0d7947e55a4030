package access_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/crypto/argon2"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// The same password in the two ways in which keyboards write it.
const (
	composed = "gr\u00fcner Schr\u00e1nk 77"
	apart    = "gru\u0308ner Schra\u0301nk 77"
)

// hashed is a hash as servers made it before passwords were prepared: of what was typed.
func hashed(password string) string {
	salt := []byte("sixteen bytes of")
	key := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, enc.EncodeToString(salt), enc.EncodeToString(key))
}

func TestPasswordsOfEveryKeyboard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, first := p.User(t, "anna@example.com", identity.Support)
		signIn := func(password string) (access.SignedIn, error) {
			return p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, storetest.Visit("192.0.2.1"))
		}
		in, err := signIn(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.SignIn.ChangePassword(t.Context(), p.Vendor.ID, in.Session, first, apart); err != nil {
			t.Fatal(err)
		}
		for _, password := range []string{composed, apart, "gr\u00fcner\u00a0Schr\u00e1nk 77"} {
			if _, err := signIn(password); err != nil {
				t.Errorf("%+q: %v", password, err)
			}
		}
		if _, err := signIn("gruner Schrank 77"); !fault.Is(err, "sign_in_failed") {
			t.Errorf("without its accents: %v", err)
		}

		// One that was set before signs in as it was typed then, and from then on in both ways.
		hashOf := func() (hash string) {
			if _, err := e.DB.QueryRow(t.Context(), `SELECT password_hash FROM users WHERE vendor_id = $1 AND id = $2`, []any{p.Vendor.ID, user.ID}, &hash); err != nil {
				t.Fatal(err)
			}
			return hash
		}
		old := hashed(apart)
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := store.On(x).Exec(`UPDATE users SET password_hash = $1 WHERE vendor_id = $2 AND id = $3`, old, p.Vendor.ID, user.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := signIn(composed); !fault.Is(err, "sign_in_failed") {
			t.Errorf("a form that was never hashed: %v", err)
		}
		kept, err := signIn(apart)
		if err != nil {
			t.Fatal(err)
		}
		if hashOf() == old {
			t.Error("the hash was not made anew")
		}
		if _, err := signIn(composed); err != nil {
			t.Errorf("after it was hashed anew: %v", err)
		}
		if _, _, err := p.Authenticate(t.Context(), kept.Token); err != nil {
			t.Errorf("the session that came with the new hash: %v", err)
		}
	})
}

func TestPasswordsThatCantBeKept(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"seven\thorses in a row", "seven\u200bhorses in a row"} {
		if err := access.CheckPassword("password", password, access.Person{}); fault.As(err) == nil {
			t.Errorf("%+q was taken", password)
		}
	}
	if err := access.CheckPassword("password", apart, access.Person{}); err != nil {
		t.Errorf("%+q: %v", apart, err)
	}
}
