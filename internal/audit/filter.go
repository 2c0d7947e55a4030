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

// Indexed reports whether an index serves the filter: the licence's is all there is.
func (f Filter) Indexed() bool {
	return f.Action == "" && f.Subject == "" && f.SubjectID.IsZero() && f.ActorID == "" && f.From == nil && f.To == nil
}
