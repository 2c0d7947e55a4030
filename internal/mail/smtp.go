package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	smtp "github.com/wneessen/go-mail"

	"chancery/internal/entry"
	"chancery/internal/mailing"
)

// ParseURL reads smtp://[user:password@]host[:port] or smtps://...: with smtps
// the connection is encrypted from the start (port 465), with smtp by STARTTLS
// (port 587, or 25 without a user), which is required as soon as there is a password.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		// The cause could show the password.
		return nil, errors.New("the mail server must be smtp://user:password@host:587 or smtps://user:password@host")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return nil, errors.New("the mail server's port must be a number from 1 to 65535")
		}
	}
	return u, nil
}

// Config is what a transport needs.
type Config struct {
	URL  *url.URL // of ParseURL
	From string   // the address that mail comes from

	TLS *tls.Config // for tests; nil for the machine's certificates
}

// Transport sends by SMTP. It implements mailing.Transport.
type Transport struct {
	client *smtp.Client
	from   string
	host   string // of From, for message ids
}

var _ mailing.Transport = &Transport{}

// New checks the configuration and makes a transport. Nothing is connected yet.
func New(c Config) (*Transport, error) {
	address, good := entry.Address(c.From)
	from, utf8 := entry.OnWire(address)
	if c.URL == nil || !good || utf8 {
		return nil, errors.New("mail: URL and From are needed, and From must be one plain address, in ASCII before its @")
	}
	options := []smtp.Option{smtp.WithTimeout(timeout)}
	password, secret := c.URL.User.Password()
	port := 25
	switch {
	case c.URL.Scheme == "smtps":
		options, port = append(options, smtp.WithSSL()), 465
	case secret:
		options, port = append(options, smtp.WithTLSPolicy(smtp.TLSMandatory)), 587
	default:
		options = append(options, smtp.WithTLSPolicy(smtp.TLSOpportunistic))
	}
	if p := c.URL.Port(); p != "" {
		port, _ = strconv.Atoi(p) // checked by ParseURL
	}
	options = append(options, smtp.WithPort(port))
	if secret {
		options = append(options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover), smtp.WithUsername(c.URL.User.Username()), smtp.WithPassword(password))
	}
	if c.TLS != nil {
		options = append(options, smtp.WithTLSConfig(c.TLS))
	}
	client, err := smtp.NewClient(c.URL.Hostname(), options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	_, host, _ := cutLast(from)
	return &Transport{client, from, host}, nil
}

// Send implements mailing.Transport.
func (t *Transport) Send(ctx context.Context, o mailing.Outgoing) error {
	to, utf8 := entry.OnWire(o.To)
	m, err := t.message(o, to)
	if err != nil {
		return errors.Join(errors.New("the mail can't be written: its address or subject is wrong"), mailing.ErrRefused)
	}
	server, err := t.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return failure(err)
	}
	defer func() { _ = t.client.CloseWithSMTPClient(server) }() // what it has taken is sent, also where it then parts badly
	if takes, _ := server.Extension("SMTPUTF8"); utf8 && !takes {
		return sendError{text: "The mail server takes no address with such characters before the @ (SMTPUTF8): use another address.", final: true}
	}
	server.SkipSMTPUTF8(!utf8) // a mail that says it needs it goes no further than servers that have it
	if err := t.client.SendWithSMTPClient(server, m); err != nil && !m.IsDelivered() {
		return failure(err)
	}
	return nil
}

// message puts a mail together, to an address as mail servers take it. Addresses are parsed, names encoded and control
// characters gone before they become headers.
func (t *Transport) message(o mailing.Outgoing, to string) (*smtp.Msg, error) {
	m := smtp.NewMsg()
	m.FromMailAddress(&mail.Address{Name: oneLine(o.Vendor), Address: t.from})
	if err := m.To(to); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	m.Subject(oneLine(o.Body.Subject))
	m.SetDateWithValue(o.At)
	m.SetMessageIDWithValue(o.ID.String() + "@" + t.host)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if o.Stop != "" { // RFC 8058
		m.SetGenHeader("List-Unsubscribe", "<"+o.Stop+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(smtp.TypeTextPlain, o.Body.Text)
	m.AddAlternativeString(smtp.TypeTextHTML, o.Body.HTML)
	if len(o.Logo) > 0 {
		_, id, _ := strings.Cut(mailing.LogoSource, ":")
		if err := m.EmbedReader("logo.png", bytes.NewReader(o.Logo), smtp.WithFileContentID("<"+id+">"), smtp.WithFileContentType("image/png")); err != nil {
			return nil, fmt.Errorf("mail: the logo: %w", err)
		}
	}
	return m, nil
}
