package mailing_test

import (
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/mailing"
	"chancery/internal/store"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A mail is in the recipient's language: their own choice, else that of the customer to
// whom they belong, else the vendor's. A vendor's own text is one for each language.
func TestMailsAreInTheRecipientsLanguage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLetters(t, e)
		exec := func(sql string, args ...any) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(sql, args...) })
		}
		said := func(to string) string {
			t.Helper()
			l.queue(t, mailing.Message{Kind: mailing.UsedUp, To: to, Data: mailing.Data{Product: "Probe", Customer: "Kirk AG"}})
			mails := l.claim(t, 10)
			return mails[len(mails)-1].Body.Subject
		}
		const english, german = "Probe: all activations are in use", "Probe: alle Aktivierungen sind vergeben"
		want := func(to, what string) {
			t.Helper()
			if got := said(to); got != what {
				t.Errorf("%s is told %q, want %q", to, got, what)
			}
		}
		want("ann@example.com", english)

		exec(`UPDATE vendors SET language = 'de' WHERE id = $1`, l.acme.ID)
		want("ann@example.com", german)

		own := mailing.Template{Kind: mailing.UsedUp, Language: "de", Subject: "Voll: {{.Product}}", Text: "x", HTML: "x"}
		storetest.Do(t, e, func(x tx.Tx) (mailing.Template, error) { return l.service.SetTemplate(x, l.acme.ID, own) })
		want("ann@example.com", "Voll: Probe")
		exec(`UPDATE vendors SET language = 'en' WHERE id = $1`, l.acme.ID)
		want("ann@example.com", english)
		storetest.Do(t, e, func(x tx.Tx) (mailing.Template, error) {
			return l.service.ResetTemplate(x, l.acme.ID, mailing.UsedUp, "de")
		})

		person := storetest.Do(t, e, func(x tx.Tx) (ident.UserID, error) {
			id, _, err := identitystore.Users{DB: e.DB}.Insert(x, l.acme.ID, identity.User{UUID: e.IDs.V7(), Email: "ann@example.com", CreatedAt: x.Now()}, "")
			return id, err
		})
		exec(`UPDATE users SET language = 'de' WHERE vendor_id = $1 AND id = $2`, l.acme.ID, person)
		want("ann@example.com", german)
		want("bob@example.com", english)
		exec(`UPDATE users SET language = 'xx' WHERE vendor_id = $1 AND id = $2`, l.acme.ID, person)
		want("ann@example.com", english) // a language that is gone

		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (any, error) {
			return l.service.SetTemplate(x, l.acme.ID, mailing.Template{Kind: mailing.UsedUp, Language: "xx", Subject: "x", Text: "x", HTML: "x"})
		})
		if body, err := l.service.Preview(mailing.Vendor{Name: "Acme"}, mailing.Template{
			Kind: mailing.Expiring, Language: "de", Subject: "{{.EndsOn}}", Text: "x", HTML: "x",
		}); err != nil || body.Subject != "31. März 2026" || !strings.Contains(body.HTML, `lang="de"`) {
			t.Errorf("%+v, %v", body, err)
		}
	})
}
