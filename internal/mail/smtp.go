package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"

	smtp "github.com/wneessen/go-mail"

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
	from, err := mail.ParseAddress(c.From)
	if c.URL == nil || err != nil || from.Address != c.From {
		return nil, errors.New("mail: URL and From are needed, and From must be one plain address")
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
	_, host, _ := cutLast(from.Address)
	return &Transport{client, from.Address, host}, nil
}

// Send implements mailing.Transport.
func (t *Transport) Send(ctx context.Context, o mailing.Outgoing) error {
	m, err := t.message(o)
	if err != nil {
		return errors.Join(errors.New("the mail can't be written: its address or subject is wrong"), mailing.ErrRefused)
	}
	// What the server has taken is sent, also where it then parts badly.
	if err := t.client.DialAndSendWithContext(ctx, m); err != nil && !m.IsDelivered() {
		return failure(err)
	}
	return nil
}

// message puts a mail together. Addresses are parsed, names encoded and control
// characters gone before they become headers.
func (t *Transport) message(o mailing.Outgoing) (*smtp.Msg, error) {
	m := smtp.NewMsg()
	m.FromMailAddress(&mail.Address{Name: oneLine(o.Vendor), Address: t.from})
	if err := m.To(o.To); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	m.Subject(oneLine(o.Body.Subject))
	m.SetDateWithValue(o.At)
	m.SetMessageIDWithValue(o.ID.String() + "@" + t.host)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(smtp.TypeTextPlain, o.Body.Text)
	m.AddAlternativeString(smtp.TypeTextHTML, o.Body.HTML)
	return m, nil
}
