package web

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// hosted is a request that was sent to a host of a vendor's own.
type hosted struct {
	host  string
	asked *url.URL // as it was sent, without the vendor's name
}

type hostKey struct{}

// OnHost is a request to a host of a vendor's own as routes know it: with the vendor's
// name in its path. Pages know it by the address that it was sent to.
func OnHost(r *http.Request, host, path string) *http.Request {
	known := r.WithContext(context.WithValue(r.Context(), hostKey{}, hosted{host, r.URL}))
	u := *r.URL
	u.Path, u.RawPath = path, ""
	known.URL = &u
	return known
}

// apiDocs is the address of the API's documentation.
const apiDocs = "/api/docs"

// SessionCookie carries a session to the vendor's pages, on this host and no other. With
// an empty token it takes the session away.
func (q *Request) SessionCookie(token string, age time.Duration) *http.Cookie {
	return q.face.cookie(q.face.CookieName(), token, q.Base, age)
}
