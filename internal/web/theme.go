package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"chancery/internal/edge"
)

// Routes are the face's own: what no area owns.
func (f *Face) Routes() []edge.Route {
	nothing := Serve(f, http.MethodGet, "/{rest...}", Access{Public: "it says that there is nothing"}, func(http.ResponseWriter, *Request) error {
		return edge.NoRoute()
	})
	nothing.Nothing = true
	routes := []edge.Route{Serve(f, http.MethodPost, "/theme", Access{Public: "light or dark is the browser's own choice"}, theme), nothing}
	return slices.Concat(routes, f.speaking(), f.brandFiles())
}

// theme keeps the other of light and dark, where there is no script to do it.
func theme(w http.ResponseWriter, q *Request) error {
	next := "dark"
	if c, err := q.R.Cookie("theme"); err == nil && c.Value == "dark" {
		next = "light"
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // script sets it too
		Name: "theme", Value: next, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, Secure: q.Face().Secure,
	})
	http.Redirect(w, q.R, q.back(), http.StatusSeeOther) //nolint:gosec // back stays below the face
	return nil
}

// back is the page that a small form at the edge of it came from.
func (q *Request) back() string {
	if given := q.R.PostFormValue("back"); strings.HasPrefix(given, q.Base+"/") {
		if u, err := url.Parse(given); err == nil && u.Host == "" {
			return u.RequestURI()
		}
	}
	return q.Base + "/"
}
