package licensing

import (
	"time"

	"chancery/internal/ident"
)

// Standing is a state of a client that its list is narrowed to.
type Standing string

// The standings.
const (
	StandingPresent   Standing = "" // it holds a token
	StandingGoodwill  Standing = "goodwill"
	StandingSuspended Standing = "suspended"
	StandingReleased  Standing = "released"
)

// ClientSorts are what the list of all clients offers: the order of activation, or
// of the day on which they were last seen.
func ClientSorts() []string { return []string{"-created_at", "-last_seen"} }

// ClientFilter narrows the list of all clients. Zero fields do not.
type ClientFilter struct {
	Now        time.Time // by which a suspension is judged
	Search     string    // beginning of the client id, the hostname or the address; or a whole id
	Product    ident.UUID
	Edition    ident.UUID
	Standing   Standing
	Version    *string // of the software, as the client said last
	System     *string
	Country    *string
	SeenSince  int64 // seen on this day (DayOf) or later; 0 for any
	SeenBefore int64 // not seen since this day; 0 for any
	SeenOn     int64 // last seen on this day; 0 for any
	Counts     *bool // whether it counts in the month that runs at Now, of a licence that counts months; nil for any
}

// Indexed reports whether indexes serve the whole filter in the order of activation.
func (f ClientFilter) Indexed() bool {
	return f.Search != "" || f.Product.IsZero() && f.Edition.IsZero() && f.Version == nil && f.System == nil && f.Country == nil &&
		f.SeenSince == 0 && f.SeenBefore == 0 && f.SeenOn == 0 && f.Counts == nil
}

// Seat is an activation with the licence that it is of, as lists show both.
type Seat struct {
	Activation *Activation
	License    *License
	Deletion   *Deletion // what its owner wants, in lists of those and where one is read; nil elsewhere
}

// VersionSeen is a software version that a client ran.
type VersionSeen struct {
	Version     string
	First, Last time.Time // heartbeats that said so and were recorded
}

// Usage is what clients reported of one usage feature on one day.
type Usage struct {
	Feature string
	Module  string // "" for none
	Day     int64  // UTC, DayOf
	Value   int64  // millionths
	Reports int64
}

// Analytical is a client's value of an analytical field on one day.
type Analytical struct {
	Field    string
	ClientID string
	Day      int64 // UTC, DayOf
	Value    string
}
