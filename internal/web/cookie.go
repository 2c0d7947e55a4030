package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"chancery/internal/access"
)

// briefAge is how long what Brief keeps is of use: as long as a sign-in may stay
// half done.
const briefAge = 10 * time.Minute

// cookie is one of the face's own below an address. Script can't read it, and no
// other site's form carries it. With an empty value it goes away. Its age is told,
// not its end: browsers' clocks are their own.
func (f *Face) cookie(name, value, path string, age time.Duration) *http.Cookie {
	c := &http.Cookie{ //nolint:gosec // Secure where there is TLS
		Name: name, Value: value, Path: path, MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: f.Secure, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// Brief is a cookie that binds what was begun to the browser that began it, for as
// long as it may take. With an empty value it goes away.
func (q *Request) Brief(name, value string) *http.Cookie {
	return q.face.cookie(name, value, q.Base, briefAge)
}

// mostBriefs is how many things of a kind one browser may have begun: a cookie holds up
// to 4 kB, and all of them come with each request.
const mostBriefs = 4

// BriefOf is Brief for one of several that the same browser has begun, told apart by
// which. Those that were begun first go when there are many.
func (q *Request) BriefOf(name, which, value string) []*http.Cookie {
	own := name + "_" + which
	var others []string // browsers send the oldest first
	for _, c := range q.R.Cookies() {
		if strings.HasPrefix(c.Name, name+"_") && c.Name != own {
			others = append(others, c.Name)
		}
	}
	others = others[:max(0, len(others)+1-mostBriefs)]
	cookies := append(make([]*http.Cookie, 0, 1+len(others)), q.Brief(own, value))
	for _, old := range others {
		cookies = append(cookies, q.Brief(old, ""))
	}
	return cookies
}

// CookieOf is what BriefOf keeps; empty for nothing.
func (q *Request) CookieOf(name, which string) string { return q.Cookie(name + "_" + which) }

// Which makes of a secret what tells it apart, for BriefOf.
func Which(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Lasting is a cookie that the browser keeps for so long, at this vendor.
func (q *Request) Lasting(name, value string, age time.Duration) *http.Cookie {
	return q.face.cookie(name, value, q.Base, age)
}

// MoveTo keeps who is signed in so when the vendor's place in addresses changes: the
// cookies of the answer belong to the new one.
func (q *Request) MoveTo(slug string) {
	q.SetCookie(q.face.Cookie(q.Vendor.Slug, "", 0))
	q.SetCookie(q.face.Cookie(slug, q.Cookie(q.face.CookieName()), access.MaxAge))
	q.moved = q.face.Base(slug)
}

// Cookie is what the browser keeps under a name; empty for nothing.
func (q *Request) Cookie(name string) string {
	c, err := q.R.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}
