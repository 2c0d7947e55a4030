package web

import (
	"errors"
	"net/http"
	"strings"

	"chancery/internal/fault"
)

// movedTo is the name in addresses of a vendor that had another one before: links in mails
// carry that.
type movedTo string

// Error implements error.
func (m movedTo) Error() string { return "the vendor is at " + string(m) }

func errMoved(slug string) error {
	e := fault.Missing("vendor")
	e.Cause = movedTo(slug)
	return e
}

// redirectMoved leads to the same page of a vendor that has another name in addresses now.
// It stays temporary, and keeps the method: the vendor may take its former name again.
func (f *Face) redirectMoved(w http.ResponseWriter, r *http.Request, err error) bool {
	to, is := errors.AsType[movedTo](err)
	if !is {
		return false
	}
	below, found := strings.CutPrefix(r.URL.EscapedPath(), f.Base(r.PathValue("vendor"))+"/")
	if !found {
		below = ""
	}
	address := f.Base(string(to)) + "/" + below
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusTemporaryRedirect)
	return true
}
