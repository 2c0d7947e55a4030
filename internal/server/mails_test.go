package server_test

import (
	"context"
	"fmt"
	"io"
	"net"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// mailbox is a real SMTP server that keeps what it takes.
type mailbox struct {
	address string
	got     chan string // the raw mails

	mu     sync.Mutex
	refuse *smtp.SMTPError // what it answers instead of taking a mail
	server *smtp.Server
}

type mailSession struct{ m *mailbox }

func (s mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s mailSession) Reset()                               {}
func (s mailSession) Logout() error                        { return nil }
func (s mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.m.refuse != nil {
		return s.m.refuse
	}
	s.m.got <- string(b)
	return nil
}

// open starts the server, at the address that it had.
func (m *mailbox) open(t *testing.T) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", m.address)
	if err != nil {
		t.Fatal(err)
	}
	m.address = l.Addr().String()
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return mailSession{m}, nil }))
	m.server.Domain = "mail.example.com"
	s := m.server
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
}

func (m *mailbox) setRefuse(e *smtp.SMTPError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = e
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{address: "127.0.0.1:0", got: make(chan string, 100)}
	m.open(t)
	return m
}

func (m *mailbox) config(c *server.Config) {
	c.SMTP = &url.URL{Scheme: "smtp", Host: m.address}
	c.MailFrom = "licences@example.com"
	c.PublicURL = &url.URL{Scheme: "https", Host: "licences.example.com"}
}

func (m *mailbox) await(t *testing.T) *netmail.Message {
	t.Helper()
	select {
	case raw := <-m.got:
		read, err := netmail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		return read
	case <-time.After(30 * time.Second):
		t.Fatal("no mail came")
		return nil
	}
}

// mailed is a server with mail, a vendor and an edition of one activation and one on goodwill.
type mailed struct {
	*servertest.Server

	box               *mailbox
	clock             *ident.ManualClock
	vendor            wiring.NewVendor
	product, customer string
}

func eachMailed(t *testing.T, test func(t *testing.T, m *mailed)) {
	t.Helper()
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ident.NewManualClock(time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC))
			where := storage(t)
			where.Clock = clock
			m := &mailed{box: newMailbox(t), clock: clock}
			m.Server = servertest.Start(t, where, m.box.config)
			m.vendor = m.Vendor(t, "Acme")
			m.product = m.api(t, 201, "POST", "/products", `{"name":"Drill"}`)["id"].(string)
			m.customer = m.api(t, 201, "POST", "/customers", `{"company_name":"Kirk","email":"kirk@example.com"}`)["id"].(string)
			test(t, m)
		})
	}
}

func (m *mailed) api(t *testing.T, status int, method, path string, body any) map[string]any {
	t.Helper()
	a := m.Do(t, method, "/api/v1"+path, body, "Authorization", "Bearer "+m.vendor.AdminKey)
	if a.Status != status {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	var v map[string]any
	if len(a.Body) > 0 {
		a.JSON(t, &v)
	}
	return v
}

func (m *mailed) issue(t *testing.T, edition string) (id, key string) {
	t.Helper()
	made := m.api(t, 201, "POST", "/editions", fmt.Sprintf(`{"product_id":%q,"name":"Pro",%s}`, m.product, edition))["id"].(string)
	l := m.api(t, 201, "POST", "/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q}`, made, m.customer))
	return l["id"].(string), l["license_key"].(string)
}

// awaitLog waits until the newest mail of the log is in the state.
func (m *mailed) awaitLog(t *testing.T, state string, attempts int) map[string]any {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; {
		items := m.api(t, 200, "GET", "/mails", nil)["items"].([]any)
		if newest := items[0].(map[string]any); newest["state"] == state && int(newest["attempts"].(float64)) >= attempts {
			return newest
		}
		if time.Now().After(end) {
			t.Fatalf("no mail became %s: %v", state, items)
		}
	}
}

// awaitError waits until an attempt at the newest mail has failed, and it waits for another.
func (m *mailed) awaitError(t *testing.T) map[string]any {
	t.Helper()
	for {
		if queued := m.awaitLog(t, "queued", 1); queued["error"] != nil {
			return queued
		}
	}
}

func TestMailFromIssueToInbox(t *testing.T) {
	eachMailed(t, func(t *testing.T, m *mailed) {
		id, key := m.issue(t, `"token_limit":1,"goodwill_token_limit":2`)
		got := m.box.await(t)
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "=\r\n", "")
		if got.Header.Get("To") != "<kirk@example.com>" || got.Header.Get("From") != `"Acme" <licences@example.com>` ||
			got.Header.Get("Subject") != "Your licence of Drill" || !strings.Contains(got.Header.Get("Content-Type"), "multipart/alternative") ||
			!strings.Contains(text, key) || !strings.Contains(text, m.product) {
			t.Errorf("%v\n%s", got.Header, text)
		}
		// A link in a mail is answered: no customer is sent to a page that is not there.
		for _, link := range regexp.MustCompile(`https://licences\.example\.com[^\s"<]*`).FindAllString(text, -1) {
			if a := m.Do(t, "GET", strings.TrimPrefix(link, "https://licences.example.com"), nil); a.Status >= 400 {
				t.Errorf("the mail leads to %s, which answers %d", link, a.Status)
			}
		}
		logged := m.awaitLog(t, "sent", 1)
		if logged["license_id"] != id || logged["to"] != "kirk@example.com" || logged["error"] != nil {
			t.Errorf("%v", logged)
		}
		// Again, by staff: from the log, and from the licence.
		m.api(t, 204, "POST", "/mails/"+logged["id"].(string)+"/resend", nil)
		if again := m.box.await(t); again.Header.Get("Message-Id") != got.Header.Get("Message-Id") {
			t.Error("the same mail has another id")
		}
		m.api(t, 204, "POST", "/licenses/"+id+"/mail", nil)
		m.box.await(t)

		// Goodwill is told once for each entry, to those whom the rule names.
		m.api(t, 200, "PUT", "/mail-rules", `{"kind":"goodwill","is_on":true,"to_customer":false,"staff":["sales@example.com"]}`)
		m.api(t, 200, "PUT", "/mail-templates", `{"kind":"goodwill","subject":"{{.Customer}} needs more","text":"{{.Used}} of {{.Contract}}","html":"<b>{{.Used}}</b>"}`)
		activate := func(client string) {
			a := m.Do(t, "POST", "/api/v2/isv/"+m.vendor.VendorID+"/provisioning/activations",
				fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":%q}`, m.product, key, client), "ProvisioningKey", m.vendor.ProvisioningKey)
			if a.Status != 200 && a.Status != 409 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		for i := range 3 {
			activate(fmt.Sprint("c", i))
		}
		if got := m.box.await(t); got.Header.Get("To") != "<sales@example.com>" || got.Header.Get("Subject") != "Kirk needs more" {
			t.Errorf("%v", got.Header)
		}
		m.api(t, 200, "PUT", "/mail-rules", `{"kind":"used_up","is_on":true,"to_customer":true,"staff":[]}`)
		activate("c3")
		activate("c4")
		if got := m.box.await(t); got.Header.Get("Subject") != "Drill: all activations are in use" {
			t.Errorf("%v", got.Header)
		}
		m.awaitLog(t, "sent", 1)
		if n := len(m.api(t, 200, "GET", "/mails?license_id="+id, nil)["items"].([]any)); n != 4 || len(m.box.got) > 0 {
			t.Errorf("%d mails about the licence, %d more came", n, len(m.box.got))
		}
		// Who left goodwill and comes again is told of again, and so is the next refusal.
		m.api(t, 200, "POST", "/licenses/"+id+"/release-all", nil)
		m.clock.Advance(time.Hour)
		for i := range 2 {
			activate(fmt.Sprint("c", i))
		}
		if got := m.box.await(t); got.Header.Get("Subject") != "Kirk needs more" {
			t.Errorf("%v", got.Header)
		}
		activate("c2")
		activate("c3")
		if got := m.box.await(t); got.Header.Get("Subject") != "Drill: all activations are in use" {
			t.Errorf("%v", got.Header)
		}
		// A subscription by mail.
		m.api(t, 201, "POST", "/subscriptions", `{"kind":"mail","target":"ops@example.com","events":["customer.created"]}`)
		m.api(t, 201, "POST", "/customers", `{"company_name":"Spock"}`)
		if got := m.box.await(t); got.Header.Get("To") != "<ops@example.com>" || got.Header.Get("Subject") != "Acme: customer.created" {
			t.Errorf("%v", got.Header)
		}
	})
}

func TestMailServerGoneAndBack(t *testing.T) {
	eachMailed(t, func(t *testing.T, m *mailed) {
		_ = m.box.server.Close()
		m.api(t, 204, "POST", "/mails/test", `{"to":"a@example.com"}`)
		failed := m.awaitError(t)
		if strings.Contains(failed["error"].(string), "127.0.0.1") {
			t.Errorf("the log shows the operator's server: %v", failed["error"])
		}
		m.box.open(t)
		m.clock.Advance(time.Minute)
		m.box.await(t)
		m.awaitLog(t, "sent", 2)
		// For good, and for now.
		m.box.setRefuse(&smtp.SMTPError{Code: 450, Message: "later"})
		m.api(t, 204, "POST", "/mails/test", `{"to":"a@example.com"}`)
		m.awaitError(t)
		m.box.setRefuse(&smtp.SMTPError{Code: 550, Message: "no such user"})
		m.clock.Advance(time.Minute)
		if failed := m.awaitLog(t, "failed", 2); !strings.Contains(failed["error"].(string), "550") {
			t.Errorf("%v", failed)
		}
		m.api(t, 400, "POST", "/mails/test", `{"to":"a@example.com\r\nBcc: b@example.com"}`)
	})
}

// What holds a single-use link is in the mail only: not in the log, before or
// after it is sent, and not in the database in the clear.
func TestSecretsAreNotInTheLog(t *testing.T) {
	eachMailed(t, func(t *testing.T, m *mailed) {
		const secret = "https://licences.example.com/reset/5c1f3b0e9d"
		r := m.Program.Rooms()
		v, err := r.VendorRows.ByUUID(t.Context(), mustUUID(t, m.vendor.VendorID))
		if err != nil {
			t.Fatal(err)
		}
		m.box.setRefuse(&smtp.SMTPError{Code: 450, Message: "later"})
		queue := func() {
			if err := r.DB.Run(context.Background(), func(x tx.Tx) error {
				return r.Mails.Queue(x, v.ID, mailing.Message{
					Kind: mailing.Recovery, To: "kirk@example.com", Data: mailing.Data{Link: secret, LinkExpires: "in one hour"}, Key: "recovery:1",
				})
			}); err != nil {
				t.Fatal(err)
			}
		}
		queue()
		queue() // once for its key
		hidden := func() {
			var texts string
			if _, err := r.DB.QueryRow(t.Context(), `SELECT subject || body_text || body_html || error FROM mails`, nil, &texts); err != nil {
				t.Fatal(err)
			}
			var sealed []byte
			if _, err := r.DB.QueryRow(t.Context(), `SELECT sealed FROM mails`, nil, &sealed); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(texts+string(sealed), "5c1f3b0e9d") {
				t.Error("the link is in the log")
			}
		}
		id := m.awaitError(t)["id"].(string)
		hidden()
		m.box.setRefuse(nil)
		m.clock.Advance(time.Minute)
		got := m.box.await(t)
		body, _ := io.ReadAll(got.Body)
		if !strings.Contains(strings.ReplaceAll(string(body), "=\r\n", ""), secret) {
			t.Errorf("the link is not in the mail: %s", body)
		}
		m.awaitLog(t, "sent", 2)
		hidden()
		var sealed []byte
		if _, err := r.DB.QueryRow(t.Context(), `SELECT sealed FROM mails`, nil, &sealed); err != nil || sealed != nil {
			t.Errorf("what was sent is still sealed in the log: %v", err)
		}
		m.api(t, 409, "POST", "/mails/"+id+"/resend", nil)
	})
}

func mustUUID(t *testing.T, text string) ident.UUID {
	t.Helper()
	id, err := ident.ParseUUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Without SMTP mail stays in the log, and nothing fails.
func TestMailIsKeptWithoutSMTP(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		m := &mailed{Server: s, vendor: s.Vendor(t, "Acme")}
		m.api(t, 204, "POST", "/mails/test", `{"to":"a@example.com"}`)
		kept := m.awaitLog(t, "kept", 1)
		if full := m.api(t, 200, "GET", "/mails/"+kept["id"].(string), nil); !strings.Contains(full["text"].(string), "mail of Acme reaches you") {
			t.Errorf("%v", full)
		}
	})
}

// A licence near its end is announced once, however its end comes about, and again for a new end.
func TestEndsAreAnnouncedOnce(t *testing.T) {
	eachMailed(t, func(t *testing.T, m *mailed) {
		m.api(t, 200, "PUT", "/mail-rules", `{"kind":"license_issued","is_on":false,"to_customer":true,"staff":[]}`)
		m.api(t, 200, "PUT", "/mail-rules", `{"kind":"expiring","is_on":true,"to_customer":true,"staff":[],"days":14}`)
		m.api(t, 201, "POST", "/subscriptions", `{"kind":"mail","target":"ops@example.com","events":["license.expired"]}`)
		name := 0
		license := func(edition, license string) (id, key string) {
			name++
			made := m.api(t, 201, "POST", "/editions", fmt.Sprintf(`{"product_id":%q,"name":"E%d","token_limit":1%s}`, m.product, name, edition))["id"].(string)
			l := m.api(t, 201, "POST", "/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q%s}`, made, m.customer, license))
			key = l["license_key"].(string)
			if a := m.Do(t, "POST", "/api/v2/isv/"+m.vendor.VendorID+"/provisioning/activations",
				fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":"c%d"}`, m.product, key, name), "ProvisioningKey", m.vendor.ProvisioningKey); a.Status != 200 {
				t.Fatalf("%s", a.Body)
			}
			return l["id"].(string), key
		}
		own, _ := license("", `,"expires_mode":"at","expires_at":"2026-04-13"`)
		license("", `,"expires_mode":"days_after_activation","expires_days":30`)
		license(`,"expires_mode":"at","expires_at":"2026-04-13"`, "")
		license(`,"expires_mode":"days_after_activation","expires_days":30`, "")
		license(`,"trial_days":30`, "")
		license("", `,"trial_days":30`)
		license("", "") // never
		note := func() int {
			n, err := m.Program.Rooms().Licenses.NoteEnds(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := note(); n != 0 {
			t.Errorf("%d announced a month before", n)
		}
		m.clock.Advance(17 * 24 * time.Hour)
		if first, again := note(), note(); first != 6 || again != 0 {
			t.Errorf("%d announced, and then %d", first, again)
		}
		for range 6 {
			if got := m.box.await(t); !strings.Contains(got.Header.Get("Subject"), "ends on 1") {
				t.Errorf("%v", got.Header)
			}
		}
		m.clock.Advance(24 * time.Hour)
		m.api(t, 200, "PATCH", "/licenses/"+own, `{"expires_mode":"at","expires_at":"2026-04-14"}`)
		if n := note(); n != 1 {
			t.Errorf("%d announced of a new end", n)
		}
		m.box.await(t)
		m.clock.Advance(15 * 24 * time.Hour)
		if first, again := note(), note(); first != 6 || again != 0 {
			t.Errorf("%d said to have expired, and then %d", first, again)
		}
		if got := m.box.await(t); got.Header.Get("Subject") != "Acme: license.expired" {
			t.Errorf("%v", got.Header)
		}
	})
}
