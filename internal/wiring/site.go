package wiring

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/web"
	"chancery/internal/web/portal"
)

const schemeHTTPS = "https"

// Site is the server as browsers and mails know it.
type Site struct {
	PublicURL *url.URL // nil when it is not known
	TLS       bool     // the server speaks TLS itself
	OwnHosts  []string // names of the server beside that of PublicURL
	SendsMail bool     // to a mail server, not only into the log
	MailFrom  string

	SecurityContact string // a URI, for whoever finds a fault; "" for none

	TestClock bool // its clock can be moved

	Gallery bool // shows the gallery of the pages' components
}

// HTTPS reports whether browsers come over TLS, to the server itself or to a proxy before it.
func (s Site) HTTPS() bool { return s.TLS || s.PublicURL != nil && s.PublicURL.Scheme == schemeHTTPS }

// mailsLinks reports whether links can reach people by mail.
func (s Site) mailsLinks() bool { return s.SendsMail && s.PublicURL != nil }

// reached is the server's address as a browser knows it: the vendor's own host that the
// request came to, --public-url, or on this
// machine itself what the request names. A host that somebody made up is none.
func (s Site) reached(q *web.Request) (*url.URL, bool) {
	if q.Host != "" {
		return s.at(q.Host), true
	}
	if s.PublicURL != nil {
		return s.PublicURL, true
	}
	u := &url.URL{Scheme: "http", Host: q.R.Host}
	if s.TLS {
		u.Scheme = schemeHTTPS
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() || host == "localhost" {
		return u, true
	}
	return nil, false
}

// at is the server's address on another host: in scheme and port it is that of --public-url.
func (s Site) at(host string) *url.URL {
	if s.PublicURL != nil {
		return atHost(s.PublicURL, host)
	}
	return &url.URL{Scheme: schemeHTTPS, Host: host}
}

// atHost is an address on another host.
func atHost(u *url.URL, host string) *url.URL {
	at := &url.URL{Scheme: u.Scheme, Host: host}
	if port := u.Port(); port != "" {
		at.Host = net.JoinHostPort(host, port)
	}
	return at
}

// docs is where the API is documented, for pages on hosts of vendors' own.
func (s Site) docs() string {
	if s.PublicURL == nil {
		return ""
	}
	return s.address() + "/api/docs"
}

// address is the public address without a slash at its end; empty where it is not known.
func (s Site) address() string {
	if s.PublicURL == nil {
		return ""
	}
	return strings.TrimSuffix(s.PublicURL.String(), "/")
}

// passkeys is the server as browsers bind passkeys to it: a name, over TLS or on this
// machine. WebAuthn knows no addresses.
func (s Site) passkeys(q *web.Request) (access.Site, error) {
	u, ok := s.reached(q)
	if !ok {
		return access.Site{}, errNoSite()
	}
	host := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil || u.Scheme != schemeHTTPS && host != "localhost" {
		return access.Site{}, errNoSite()
	}
	origin := u.Scheme + "://" + host
	if port := u.Port(); port != "" && (u.Scheme != schemeHTTPS || port != "443") && (u.Scheme != "http" || port != "80") {
		origin = u.Scheme + "://" + net.JoinHostPort(host, port)
	}
	return access.Site{ID: host, Origin: origin, Name: q.Vendor.Name}, nil
}

// face is the face at the vendor as browsers are sent back to it.
func (s Site) face(q *web.Request) (string, error) { return s.faceAt(q, q.Base) }

// portal is the vendor's portal as browsers are sent back to it.
func (s Site) portal(q *web.Request) (string, error) {
	return s.faceAt(q, "/"+portal.Name+"/"+q.Vendor.Slug)
}

func (s Site) faceAt(q *web.Request, base string) (string, error) {
	u, ok := s.reached(q)
	if !ok {
		return "", fault.Refused("no_public_url", "The server does not know the address that providers send browsers back to.",
			"The operator sets it with --public-url.")
	}
	return strings.TrimSuffix(u.String(), "/") + base, nil
}

func errNoSite() error {
	return fault.Refused("passkeys_off", "Passkeys do not work at this address.",
		"Open the server by its public name over HTTPS, or by the name localhost; the operator sets it with --public-url.")
}
