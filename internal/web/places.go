package web

import (
	"strings"

	"chancery/internal/ident"
)

// Places are the addresses, below a face's base, that pages which several faces
// share lead to. {id} stands for the id of the thing. Empty is a page that the
// face does not have: nothing leads there.
type Places struct {
	License    string
	Customer   string
	Product    string
	Edition    string
	Activation string // of one device
	Session    string // a floating one
	Mail       string // of the log

	CustomerMatches string // the customers that a text may mean, for a form's field
	Search          string // from anywhere
	TestClock       string // where the test clock is moved
}

// At is the address of a thing's page, or empty where the face has none.
func (q *Request) At(place string, id ident.UUID) string {
	if place == "" {
		return ""
	}
	return q.Href(strings.Replace(place, "{id}", id.String(), 1))
}
