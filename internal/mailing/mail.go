package mailing

import (
	"time"

	"chancery/internal/ident"
)

// State is where a mail stands.
type State string

// The states of a mail.
const (
	Queued State = "queued"
	Sent   State = "sent"
	Failed State = "failed" // given up on; it can be sent again
	Kept   State = "kept"   // the server has no SMTP: it is in the log only
)

// Mail is one line of the mail log. Its body never holds a secret.
type Mail struct {
	UUID     ident.UUID
	Kind     Kind
	License  ident.UUID // zero for none
	To       string
	Key      string
	Body     Body
	StopLink string // by which its recipient ends mails of its kind; empty for none
	Sealed   []byte // what is sent instead of Body; nil for none, and once it is sent

	State         State
	Attempts      int
	NextAttemptAt time.Time // of a queued one
	GiveUpAt      time.Time
	Error         string // of the last attempt, one sentence; empty when it was sent
	At            time.Time
	SentAt        *time.Time
}

// Filter narrows the log; zero values do not.
type Filter struct {
	State   State
	Kind    Kind
	License ident.UUID
	To      string // how the recipient's address begins, in any case
}

// Sorts are what the log offers; the first is the default.
func Sorts() []string { return []string{"-at"} }
