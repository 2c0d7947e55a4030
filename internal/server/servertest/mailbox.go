package servertest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/wiring"
)

// Mailbox is a real SMTP server that keeps what it takes.
type Mailbox struct {
	address string
	got     chan string // the raw mails

	mu     sync.Mutex
	refuse *smtp.SMTPError // what it answers instead of taking a mail
	Server *smtp.Server
}

type mailSession struct{ m *Mailbox }

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

// Open starts the server, at the address that it had.
func (m *Mailbox) Open(t *testing.T) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", m.address)
	if err != nil {
		t.Fatal(err)
	}
	m.address = l.Addr().String()
	m.Server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return mailSession{m}, nil }))
	m.Server.Domain = "mail.example.com"
	s := m.Server
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
}

// SetRefuse says what is answered instead of taking a mail; nil takes it.
func (m *Mailbox) SetRefuse(e *smtp.SMTPError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = e
}

// NewMailbox starts an SMTP server of the test's own.
func NewMailbox(t *testing.T) *Mailbox {
	t.Helper()
	m := &Mailbox{address: "127.0.0.1:0", got: make(chan string, 100)}
	m.Open(t)
	return m
}

// Config makes a server send its mail here.
func (m *Mailbox) Config(c *server.Config) {
	c.SMTP = &url.URL{Scheme: "smtp", Host: m.address}
	c.MailFrom = "licences@example.com"
	c.PublicURL = &url.URL{Scheme: "https", Host: "licences.example.com"}
}

// Await gives the next mail.
func (m *Mailbox) Await(t *testing.T) *netmail.Message {
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

// Mailed is a server with mail, a vendor and an edition of one activation and one on goodwill.
type Mailed struct {
	*Server

	Box               *Mailbox
	Clock             *ident.ManualClock
	Vendor            wiring.NewVendor
	Product, Customer string // ids
}

// EachMailed runs test on each engine, in parallel. The changes are made to the server's
// configuration.
func EachMailed(t *testing.T, test func(t *testing.T, m *Mailed), changes ...func(*server.Config)) {
	t.Helper()
	t.Parallel()
	for name, storage := range Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ident.NewManualClock(time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC))
			where := storage(t)
			where.Clock = clock
			m := &Mailed{Box: NewMailbox(t), Clock: clock}
			m.Server = Start(t, where, append([]func(*server.Config){m.Box.Config}, changes...)...)
			m.Vendor = m.Server.Vendor(t, "Acme")
			m.Product = m.API(t, 201, "POST", "/products", `{"name":"Drill"}`)["id"].(string)
			m.Customer = m.API(t, 201, "POST", "/customers", `{"company_name":"Kirk","email":"kirk@example.com"}`)["id"].(string)
			test(t, m)
		})
	}
}

// API calls the management API, and wants a status.
func (m *Mailed) API(t *testing.T, status int, method, path string, body any) map[string]any {
	t.Helper()
	a := m.Do(t, method, "/api/v1"+path, body, "Authorization", "Bearer "+m.Vendor.AdminKey)
	if a.Status != status {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	var v map[string]any
	if len(a.Body) > 0 {
		a.JSON(t, &v)
	}
	return v
}

// Issue makes an edition, whose terms are given, and a licence of it.
func (m *Mailed) Issue(t *testing.T, edition string) (id, key string) {
	t.Helper()
	made := m.API(t, 201, "POST", "/editions", fmt.Sprintf(`{"product_id":%q,"name":"Pro",%s}`, m.Product, edition))["id"].(string)
	l := m.API(t, 201, "POST", "/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q}`, made, m.Customer))
	return l["id"].(string), l["license_key"].(string)
}

// AwaitLog waits until the newest mail of the log is in the state.
func (m *Mailed) AwaitLog(t *testing.T, state string, attempts int) map[string]any {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; {
		items := m.API(t, 200, "GET", "/mails", nil)["items"].([]any)
		if newest := items[0].(map[string]any); newest["state"] == state && int(newest["attempts"].(float64)) >= attempts {
			return newest
		}
		if time.Now().After(end) {
			t.Fatalf("no mail became %s: %v", state, items)
		}
	}
}

// AwaitError waits until an attempt at the newest mail has failed, and it waits for another.
func (m *Mailed) AwaitError(t *testing.T) map[string]any {
	t.Helper()
	for {
		if queued := m.AwaitLog(t, "queued", 1); queued["error"] != nil {
			return queued
		}
	}
}

// Waiting is how many mails have come that Await has not given.
func (m *Mailbox) Waiting() int { return len(m.got) }

// Read is a mail as a person reads it.
type Read struct{ To, Subject, Text, HTML string }

// Read gives the next mail as a person reads it.
func (m *Mailbox) Read(t *testing.T) Read {
	t.Helper()
	message := m.Await(t)
	got := Read{To: strings.Trim(message.Header.Get("To"), "<>"), Subject: message.Header.Get("Subject")}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part) // which reads quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			got.HTML = string(text)
		} else {
			got.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
		}
	}
}

// Link gives the address in a mail's text that begins with the server's own and this path.
func (r Read) Link(t *testing.T, path string) string {
	t.Helper()
	for line := range strings.Lines(r.Text) {
		if at, is := strings.CutPrefix(strings.TrimSpace(line), "https://licences.example.com"); is && strings.HasPrefix(at, path) {
			return at
		}
	}
	t.Fatalf("no link to %s in the mail to %s:\n%s", path, r.To, r.Text)
	return ""
}

// HandOver asks on a licence's page for another licensee, as licensee is the present one, and
// gives the link that the new person was mailed.
func (m *Mailed) HandOver(t *testing.T, by *Browser, license, to, licensee string) (link string) {
	t.Helper()
	p := by.Press(t, by.Get(t, "/licenses/"+license+"/hand-over"), "Send the mail", url.Values{"email": {to}, "name": {"Lena"}, "password": {by.Password}})
	if p.Status != 200 || !strings.Contains(p.Text("main"), "To be handed over.") {
		t.Fatalf("asking: %d %s", p.Status, p.Text("main"))
	}
	one, other := m.Box.Read(t), m.Box.Read(t)
	if one.To == licensee {
		one, other = other, one
	}
	address := strings.ToLower(to)
	if one.To != address || other.To != licensee || !strings.Contains(other.Text, address) || strings.Contains(other.Text+other.HTML, "token=") {
		t.Fatalf("mails to %s and %s: %s", one.To, other.To, other.Text)
	}
	return strings.TrimPrefix(one.Link(t, "/portal/acme/take-over?token="), "/portal/acme")
}
