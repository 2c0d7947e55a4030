package imports

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Kind is what a file holds.
type Kind string

// The kinds.
const (
	Customers Kind = "customers"
	Licenses  Kind = "licenses"
	Cards     Kind = "cards"   // of prepaid devices
	Devices   Kind = "devices" // that need paid days
)

// Kinds gives all kinds.
func Kinds() []Kind { return []Kind{Customers, Licenses, Cards, Devices} }

// State is how far an import is.
type State string

// The states.
const (
	Arriving State = "arriving" // its lines are being stored; nobody sees it yet
	Draft    State = "draft"    // read and checked; nothing was brought in
	Running  State = "running"  // the job works on it
	Stopped  State = "stopped"  // somebody stopped it; what is done stays
	Finished State = "finished" // no line waits any more
	Refused  State = "refused"  // all or nothing, and a line was refused: nothing was brought in
	Gone     State = "gone"     // discarded: nobody sees it any more, and its lines are being removed
)

// Bounds of a file.
const (
	MaxBytes        = 5 << 20
	MaxLines        = 10_000
	MaxAllOrNothing = 500 // lines that one transaction brings in: all of them or none can't go in portions
	maxColumns      = 50
	maxLineBytes    = 64 << 10
	maxCell         = 4000 // characters
)

// How long imports are kept.
const (
	DraftDays = 7
	KeptDays  = 90
)

// Import is one file and how far it is.
type Import struct {
	ID           int64
	UUID         ident.UUID
	Kind         Kind
	FileName     string
	Zone         string // IANA: where the dates in it end
	Columns      []string
	State        State
	AllOrNothing bool
	Retrying     bool   // failed lines are to wait again before any line is carried out
	Digest       []byte // of the file: of its heading and its cells
	Lines        int    // all of them
	Done         int
	Failed       int // with problems, refused ones included
	Actor        tx.Actor
	CreatedAt    time.Time
	StartedAt    time.Time // zero: not yet
	FinishedAt   time.Time
}

// Waiting is how many lines are neither done nor failed.
func (i Import) Waiting() int { return i.Lines - i.Done - i.Failed }

// LineState is how far a line is.
type LineState string

// The states of a line.
const (
	LineWaiting LineState = "waiting"
	LineDone    LineState = "done"
	LineFailed  LineState = "failed"
)

// Line is one line of a file.
type Line struct {
	Number   int // as editors count: the heading is line 1
	Level    int // how many lines of the file a customer stands below; lower ones come first
	Cells    []string
	State    LineState
	Problems []Problem
	Result   Result // of a line that is done
}

// Problem is what is wrong with a line.
type Problem struct {
	Column string `json:"column,omitempty"` // as the file calls it; empty for the whole line
	Text   string `json:"text"`             // a clause after the column: "must be a date"
	Fault  bool   `json:"fault,omitempty"`  // it is the server's: nothing is wrong with the line
}

// Result is what a line made.
type Result struct {
	ID         ident.UUID `json:"id"`
	Number     string     `json:"number,omitempty"` // of a customer
	LicenseKey string     `json:"license_key,omitempty"`
	PrintedKey string     `json:"printed_key,omitempty"`
}

// Sorts are what the list of imports offers.
func Sorts() []string { return []string{"-created_at"} }

// LineSorts are what the lists of lines offer.
func LineSorts() []string { return []string{"line"} }
