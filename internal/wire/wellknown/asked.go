package wellknown

import (
	"net/http"
	"strings"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/fault"
)

// asked are the files that every server is asked for.
func (c Config) asked(s *edge.Surface) []edge.Route {
	return []edge.Route{
		{Surface: s, Method: http.MethodGet, Path: "/robots.txt", Handler: robots, Public: "search engines ask for it", Light: true},
		{
			Surface: s, Method: http.MethodGet, Path: "/.well-known/security.txt", Handler: c.security,
			Public: "whoever finds a fault looks here for whom to tell", Light: true,
		},
	}
}

// robots: nothing here is for search engines.
func robots(w http.ResponseWriter, _ *http.Request) error {
	return write(w, "text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /\n"))
}

// securityFor is how long security.txt says that it holds. RFC 9116 asks for less than a year.
const securityFor = 90 * 24 * time.Hour

// security is RFC 9116.
func (c Config) security(w http.ResponseWriter, _ *http.Request) error {
	if c.SecurityContact == "" {
		return &fault.Error{
			Kind: fault.NotFound, Code: "security_contact_missing", Message: "The operator of this server has named nobody to tell of faults in it.",
			Help: "The operator names somebody with --security-contact.",
		}
	}
	var b strings.Builder
	b.WriteString("Contact: " + c.SecurityContact + "\n")
	b.WriteString("Expires: " + calendar.WriteInstant(c.Clock.Now().UTC().Add(securityFor).Truncate(24*time.Hour)) + "\n")
	if c.PublicURL != nil {
		b.WriteString("Canonical: " + c.PublicURL.JoinPath("/.well-known/security.txt").String() + "\n")
	}
	return write(w, "text/plain; charset=utf-8", []byte(b.String()))
}
