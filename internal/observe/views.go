package observe

import (
	"time"
)

// Status says how long ago a licence or an account was last seen.
type Status string

// The statuses.
const (
	Active  Status = "active"  // within 7 × 24 h
	Quiet   Status = "quiet"   // within 30 × 24 h
	Dormant Status = "dormant" // longer ago
)

const activeFor = 7 * 24 * time.Hour

// StatusOf gives the status of what was last seen at an instant, as of another.
func StatusOf(last, asOf time.Time) Status {
	switch since := asOf.Sub(last); {
	case since <= activeFor:
		return Active
	case since <= Window:
		return Quiet
	}
	return Dormant
}

// Row is a licence or an account in a list.
type Row struct {
	Number int64
	ID     string
	Status Status
	Latest string // the account, or licence, of the newest item that named one; "" for none
	Others int64  // distinct accounts, or licences
	Actors int64
	Events int64

	Products, Versions int64

	First, Last time.Time
}

// Filter says which licences or accounts a list holds.
type Filter struct {
	Kind      Kind
	Search    string // a part of the id, without regard to case and accents
	Status    Status // "" for any
	MinActors int64
	Shared    *bool // seen with more than one account, or licence, within the window
}

// Tiles are what a list's page says of all of its kind, whatever the filters are.
type Tiles struct {
	AsOf                          time.Time // zero before the first item
	Total, Active, Quiet, Dormant int64

	// InWindow is how many were seen within the window, and Actors how many actors.
	InWindow, Actors int64
}

// leastActors is how many actors there must be before ids can be too many.
const leastActors = 20

// HighCardinality reports whether there are so many ids that each user seems to have one.
func (t Tiles) HighCardinality() bool { return t.Actors >= leastActors && 2*t.InWindow > t.Actors }

// Sorts are what lists of licences or accounts offer; the first is the default.
func Sorts(kind Kind) []string {
	id, latest, others := "license_id", "latest_observed_account_id", "distinct_account_count_30d"
	if kind == Account {
		id, latest, others = "account_id", "latest_observed_license_id", "distinct_license_count_30d"
	}
	return []string{
		"-last_seen_at", id, "status", latest, others, "active_actor_count_30d", "event_count_30d", "product_count", "version_count", "first_seen_at",
	}
}

// InvalidFilter says which refused items a list holds.
type InvalidFilter struct{ Reason Reason } // "" for any

// InvalidRow is an item that was refused, in a list.
type InvalidRow struct {
	Refused

	ID int64
}

// Identity is an actor that was joined to another.
type Identity struct {
	ID                           int64
	Actor, Identified, CountedAs string
	At                           time.Time
}

// EventFilter says which events a list holds; what is empty filters nothing.
type EventFilter struct {
	License, Account, Actor, Product, Name string

	From, To *time.Time // from inclusive, to exclusive
}

// EventRow is an item in a list.
type EventRow struct {
	Item

	CountedAs string
}

// EventPage is a page of items, the newest first.
type EventPage struct {
	Items    []EventRow
	Next     string // "" on the last one
	AsOf     time.Time
	KeptFrom time.Time // zero while none were deleted
}

// Governance is how much is observed, kept and refused.
type Governance struct {
	AsOf, KeptFrom time.Time // zero for none
	Settings       Settings
	Names          map[Kind]int64
	Coverage       []DaysCoverage    // of 30 and 90 days
	Versions       []VersionCoverage // of 30 days
	Refused        []ReasonCount
	Waiting        int64
}

// DaysCoverage is the coverage of the last days.
type DaysCoverage struct {
	Coverage

	Days int64
}

// VersionCoverage is the coverage of a version of a product.
type VersionCoverage struct {
	DaysCoverage

	Product, Version string
}

// ReasonCount is how many items were refused for a reason.
type ReasonCount struct {
	Reason Reason
	Items  int64
}
