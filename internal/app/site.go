package app

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/web"
)

const schemeHTTPS = "https"

// reached is the server's address as a browser knows it: --public-url, or on this
// machine itself what the request names. A host that somebody made up is none.
func (a *App) reached(q *web.Request) (*url.URL, bool) {
	if a.c.PublicURL != nil {
		return a.c.PublicURL, true
	}
	u := &url.URL{Scheme: "http", Host: q.R.Host}
	if a.c.CertFile != "" {
		u.Scheme = schemeHTTPS
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() || host == "localhost" {
		return u, true
	}
	return nil, false
}

// site is the server as browsers bind passkeys to it: a name, over TLS or on this
// machine. WebAuthn knows no addresses.
func (a *App) site(q *web.Request) (identity.Site, error) {
	u, ok := a.reached(q)
	if !ok {
		return identity.Site{}, errNoSite()
	}
	host := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil || u.Scheme != schemeHTTPS && host != "localhost" {
		return identity.Site{}, errNoSite()
	}
	origin := u.Scheme + "://" + host
	if port := u.Port(); port != "" && (u.Scheme != schemeHTTPS || port != "443") && (u.Scheme != "http" || port != "80") {
		origin = u.Scheme + "://" + net.JoinHostPort(host, port)
	}
	return identity.Site{ID: host, Origin: origin, Name: q.Vendor.Name}, nil
}

// consoleAddress is the vendor's console as browsers are sent back to it.
func (a *App) consoleAddress(q *web.Request) (string, error) {
	u, ok := a.reached(q)
	if !ok {
		return "", fault.Refused("no_public_url", "The server does not know the address that providers send browsers back to.",
			"The operator sets it with --public-url.")
	}
	return strings.TrimSuffix(u.String(), "/") + q.Base, nil
}

// mailsLinks reports whether links can reach people by mail.
func (a *App) mailsLinks() bool { return a.c.SMTP != nil && a.c.PublicURL != nil }

func errNoSite() error {
	return fault.Refused("passkeys_off", "Passkeys do not work at this address.",
		"Open the server by its public name over HTTPS, or by the name localhost; the operator sets it with --public-url.")
}
