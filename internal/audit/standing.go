package audit

import "chancery/internal/ident"

// Thing is what records are about. With a zero ID it is all of the subject.
type Thing struct {
	Subject string
	ID      ident.UUID
}

// Standing is how things stood in the log at one moment: whoever decides by what
// was read then learns inside the transaction whether it has been changed since.
// Every change commits with its record, so the log tells of all of them.
type Standing struct {
	Things []Thing
	Above  int64 // id: older records are not counted
	Count  int64 // of their records above it
}

// Overlap is how many records behind the newest one are counted: on PostgreSQL a
// record may commit after others with higher ids.
const Overlap = 5000
