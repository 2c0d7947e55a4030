package mailing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/mail"
	"chancery/internal/mailing"
	mailstore "chancery/internal/store/mailing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// letters is a mail room with one vendor, and another to look from.
type letters struct {
	storetest.Env

	rows       mailstore.Store
	service    *mailing.Service
	acme, bolt vendors.Vendor
}

func newLetters(t *testing.T, e storetest.Env) letters {
	t.Helper()
	renderer, err := mail.NewRenderer()
	if err != nil {
		t.Fatal(err)
	}
	l := letters{Env: e, rows: mailstore.Store{DB: e.DB}, acme: storetest.Vendor(t, e, "Acme"), bolt: storetest.Vendor(t, e, "Bolt")}
	l.service, err = mailing.New(mailing.Config{
		Store: l.rows, Renderer: renderer, Sealer: storetest.Plain{}, IDs: e.IDs,
		Dashboard: func(v mailing.Vendor) string { return "https://licences.example.com/portal/" + v.Slug + "/" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (l letters) queue(t *testing.T, m mailing.Message) {
	t.Helper()
	storetest.Do(t, l.Env, func(x tx.Tx) (any, error) { return nil, l.service.Queue(x, l.acme.ID, m) })
}

// list reads the whole log that a filter leaves, in pages of one, as recipients.
func (l letters) list(t *testing.T, v ident.VendorID, f mailing.Filter) string {
	t.Helper()
	var to []string
	cursor := ""
	for {
		r, err := listing.Parse(1, "", cursor, mailing.Sorts()...)
		if err != nil {
			t.Fatal(err)
		}
		page, err := l.rows.List(t.Context(), v, f, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Items {
			if m.Sealed != nil {
				t.Error("the log gives what is sealed")
			}
			to = append(to, m.To)
		}
		if cursor = page.Next; cursor == "" {
			return strings.Join(to, " ")
		}
	}
}

func (l letters) claim(t *testing.T, limit int) []mailing.Claimed {
	t.Helper()
	return storetest.Do(t, l.Env, func(x tx.Tx) ([]mailing.Claimed, error) { return l.rows.Claim(x, limit, x.Now().Add(time.Minute)) })
}

func (l letters) settle(t *testing.T, c mailing.Claimed, s mailing.State, failure string) mailing.Mail {
	t.Helper()
	storetest.Do(t, l.Env, func(x tx.Tx) (any, error) { return nil, l.rows.Settle(x, c, s, failure, x.Now().Add(time.Hour)) })
	m, err := l.rows.ByUUID(t.Context(), c.Vendor, c.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheMailLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLetters(t, e)
		license := e.IDs.V7()
		l.queue(t, mailing.Message{Kind: mailing.LicenseIssued, To: "ann@example.com", License: license, Key: "issued:1"})
		l.queue(t, mailing.Message{Kind: mailing.LicenseIssued, To: "other@example.com", License: license, Key: "issued:1"})
		l.queue(t, mailing.Message{Kind: mailing.Goodwill, To: "Ann.Lee@example.com"})
		l.queue(t, mailing.Message{Kind: mailing.Test, To: "bob@example.com"})
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (any, error) {
			return nil, l.service.Queue(x, l.acme.ID, mailing.Message{Kind: mailing.Test, To: "bob@example.com\r\nBcc: eve@example.com"})
		})
		for name, test := range map[string]struct {
			f    mailing.Filter
			want string
		}{
			"all, the newest first, a key once": {mailing.Filter{}, "bob@example.com ann.lee@example.com ann@example.com"},
			"a state":                           {mailing.Filter{State: mailing.Queued}, "bob@example.com ann.lee@example.com ann@example.com"},
			"another state":                     {mailing.Filter{State: mailing.Sent}, ""},
			"a kind":                            {mailing.Filter{Kind: mailing.Goodwill}, "ann.lee@example.com"},
			"a licence":                         {mailing.Filter{License: license}, "ann@example.com"},
			"how an address begins":             {mailing.Filter{To: "aNN"}, "ann.lee@example.com ann@example.com"},
			"all at once":                       {mailing.Filter{To: "ann", Kind: mailing.LicenseIssued, License: license, State: mailing.Queued}, "ann@example.com"},
			"nothing of it":                     {mailing.Filter{To: "ann%"}, ""},
		} {
			if got := l.list(t, l.acme.ID, test.f); got != test.want {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
		}
		if got := l.list(t, l.bolt.ID, mailing.Filter{}); got != "" {
			t.Errorf("another vendor sees %s", got)
		}
		c := l.claim(t, 1)[0]
		if _, err := l.rows.ByUUID(t.Context(), l.bolt.ID, c.UUID); !fault.Is(err, "mail_not_found") {
			t.Errorf("another vendor's: %v", err)
		}
		if !strings.Contains(c.Body.Text, "https://licences.example.com/portal/acme/") || c.VendorName != "Acme" || c.License != license {
			t.Errorf("%+v", c)
		}
	})
}

// A mail is claimed once at a time, the oldest first; only who claimed it last settles it.
func TestTheMailQueue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLetters(t, e)
		if due, err := l.rows.Due(t.Context(), e.Clock.Now()); err != nil || due {
			t.Errorf("an empty queue is due: %v, %v", due, err)
		}
		for i := range 3 {
			l.queue(t, mailing.Message{Kind: mailing.Test, To: fmt.Sprintf("%d@example.com", i)})
			e.Clock.Advance(time.Second)
		}
		first := l.claim(t, 2)
		if len(first) != 2 || first[0].To != "0@example.com" || first[1].To != "1@example.com" || first[0].Attempts != 1 {
			t.Fatalf("%+v", first)
		}
		if rest := l.claim(t, 10); len(rest) != 1 || rest[0].To != "2@example.com" {
			t.Errorf("claimed twice: %+v", rest)
		}
		if due, err := l.rows.Due(t.Context(), e.Clock.Now()); err != nil || due {
			t.Errorf("claimed mail is due: %v, %v", due, err)
		}
		e.Clock.Advance(2 * time.Minute) // the claims run out
		again := l.claim(t, 10)
		if len(again) != 3 || again[0].Attempts != 2 {
			t.Fatalf("%+v", again)
		}
		if m := l.settle(t, first[0], mailing.Sent, ""); m.State != mailing.Queued {
			t.Errorf("a claim that ran out settled the mail: %+v", m)
		}
		if m := l.settle(t, again[0], mailing.Queued, "Later."); m.State != mailing.Queued || m.Error != "Later." || m.SentAt != nil {
			t.Errorf("%+v", m)
		}
		if m := l.settle(t, again[1], mailing.Sent, ""); m.State != mailing.Sent || m.SentAt == nil || !m.SentAt.Equal(e.Clock.Now()) {
			t.Errorf("%+v", m)
		}
		failed := l.settle(t, again[2], mailing.Failed, "No such user.")
		if failed.State != mailing.Failed {
			t.Errorf("%+v", failed)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, l.service.Resend(x, l.acme.ID, failed.UUID) })
		storetest.Refuse(t, e, "mail_queued", func(x tx.Tx) (any, error) { return nil, l.service.Resend(x, l.acme.ID, failed.UUID) })
		storetest.Refuse(t, e, "mail_not_found", func(x tx.Tx) (any, error) { return nil, l.service.Resend(x, l.bolt.ID, failed.UUID) })
		if m := l.claim(t, 10); len(m) != 1 || m[0].UUID != failed.UUID || m[0].Attempts != 1 {
			t.Errorf("%+v", m)
		}
	})
}

// What the log must not hold is sealed until the mail has left, and gone then.
func TestSecretsLeaveWithTheMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLetters(t, e)
		const secret = "https://licences.example.com/portal/acme/reset?code=abc"
		l.queue(t, mailing.Message{Kind: mailing.Recovery, To: "ann@example.com", Data: mailing.Data{Link: secret}})
		c := l.claim(t, 1)[0]
		if strings.Contains(c.Body.Text+c.Body.HTML+c.Body.Subject, "abc") || !strings.Contains(string(c.Sealed), "abc") {
			t.Errorf("%+v", c)
		}
		l.settle(t, c, mailing.Failed, "No.")
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM mails WHERE sealed IS NOT NULL`); n != 0 {
			t.Error("what is sealed stays")
		}
		storetest.Refuse(t, e, "mail_holds_secret", func(x tx.Tx) (any, error) { return nil, l.service.Resend(x, l.acme.ID, c.UUID) })
	})
}

func TestMailRulesAndTemplates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLetters(t, e)
		rule := mailing.Rule{Kind: mailing.Goodwill, IsOn: true, Staff: []string{"a@example.com", "b@example.com"}, Days: 7}
		for range 2 { // the second replaces the first
			storetest.Do(t, e, func(x tx.Tx) (mailing.Rule, error) { return l.service.SetRule(x, l.acme.ID, rule) })
			rule.Days++
		}
		rules, err := l.rows.Rules(t.Context(), l.acme.ID)
		if got := rules[mailing.Goodwill]; err != nil || len(rules) != 1 || !got.IsOn || got.ToCustomer || got.Days != 8 || strings.Join(got.Staff, " ") != "a@example.com b@example.com" {
			t.Errorf("%+v, %v", rules, err)
		}
		if rules, err := l.rows.Rules(t.Context(), l.bolt.ID); err != nil || len(rules) != 0 {
			t.Errorf("another vendor's: %+v, %v", rules, err)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, l.service.Tell(x, l.acme.ID, "customer@example.com", mailing.Message{Kind: mailing.Goodwill, Key: "goodwill:1"})
		})
		if got := l.list(t, l.acme.ID, mailing.Filter{}); got != "b@example.com a@example.com" {
			t.Errorf("told %q", got)
		}
		own := mailing.Template{Kind: mailing.UsedUp, Language: "en", Subject: "Full: {{.Product}}", Text: "{{.Website}}", HTML: "<p>{{.Used}}</p>"}
		storetest.Do(t, e, func(x tx.Tx) (mailing.Template, error) { return l.service.SetTemplate(x, l.acme.ID, own) })
		l.queue(t, mailing.Message{Kind: mailing.UsedUp, To: "full@example.com", Data: mailing.Data{Product: "Probe"}})
		mails := l.claim(t, 10)
		if last := mails[len(mails)-1]; last.Body.Subject != "Full: Probe" {
			t.Errorf("%+v", last.Body)
		}
		id := storetest.Do(t, e, func(x tx.Tx) (ident.UUID, error) {
			return l.service.QueueSample(x, l.acme.ID, mailing.UsedUp, "en", "me@example.com")
		})
		if m, err := l.rows.ByUUID(t.Context(), l.acme.ID, id); err != nil || m.Kind != mailing.Test || m.Body.Subject != "Test: Full: Example product" {
			t.Errorf("%+v, %v", m, err)
		}
		stored, err := l.rows.Templates(t.Context(), l.acme.ID)
		if err != nil || len(stored) != 1 || stored[0].Subject != own.Subject || stored[0].IsDefault || !stored[0].UpdatedAt.Equal(e.Clock.Now()) {
			t.Errorf("%+v, %v", stored, err)
		}
		storetest.Do(t, e, func(x tx.Tx) (mailing.Template, error) {
			return l.service.ResetTemplate(x, l.acme.ID, mailing.UsedUp, "en")
		})
		if stored, err := l.rows.Templates(t.Context(), l.acme.ID); err != nil || len(stored) != 0 {
			t.Errorf("%+v, %v", stored, err)
		}
	})
}

// What is older than a year is forgotten, but for what still waits.
func TestOldMailsAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLetters(t, e)
		l.queue(t, mailing.Message{Kind: mailing.Test, To: "old@example.com"})
		l.settle(t, l.claim(t, 1)[0], mailing.Sent, "")
		l.queue(t, mailing.Message{Kind: mailing.Test, To: "waiting@example.com"})
		e.Clock.Advance(365 * 24 * time.Hour)
		l.queue(t, mailing.Message{Kind: mailing.Test, To: "new@example.com"})
		n, err := l.rows.Forget(t.Context(), e.Clock.Now())
		if got := l.list(t, l.acme.ID, mailing.Filter{}); err != nil || n != 1 || got != "new@example.com waiting@example.com" {
			t.Errorf("%d forgotten, left %q: %v", n, got, err)
		}
	})
}
