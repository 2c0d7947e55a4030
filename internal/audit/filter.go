package audit

import (
	"time"

	"chancery/internal/ident"
)

// Sorts are what the audit log offers: by id, which is nearly by time.
func Sorts() []string { return []string{"-at"} }

// Filter narrows the audit log; zero fields narrow nothing.
type Filter struct {
	Action    string
	Subject   string
	SubjectID ident.UUID
	License   ident.UUID
	ActorID   string
	From      *time.Time // inclusive
	To        *time.Time // exclusive
}

// OfThing reports whether the filter asks for the history of one thing that is
// no part of a licence, which an index serves.
func (f Filter) OfThing() bool {
	switch f.Subject {
	case "customer", "product", "edition", "import":
		return !f.SubjectID.IsZero() && f.License.IsZero()
	}
	return false
}

// Indexed reports whether an index serves the filter: a licence's, or that of
// another thing.
func (f Filter) Indexed() bool {
	if f.OfThing() {
		return f.Action == "" && f.ActorID == "" && f.From == nil && f.To == nil
	}
	return f.Action == "" && f.Subject == "" && f.SubjectID.IsZero() && f.ActorID == "" && f.From == nil && f.To == nil
}
