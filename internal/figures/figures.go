package figures

import (
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
)

// Figure is what is counted.
type Figure string

// Of the events of a day. What they are told apart by stands behind each.
const (
	Activations     Figure = "activations"      // nothing
	Releases        Figure = "releases"         // the reason
	Heartbeats      Figure = "heartbeats"       // nothing
	Denials         Figure = "denials"          // the protocol's number of the reason
	GoodwillEntered Figure = "goodwill_entered" // nothing
	GoodwillLeft    Figure = "goodwill_left"    // why
)

// Of what clients reported on a day. The value is made by OfDefinition: the feature
// or field, and the edition of the client's licence when it was counted, or of a
// field that is no number, what it said. Sums are in millionths.
const (
	UsageSum     Figure = "usage_sum"
	UsageClients Figure = "usage_clients"
	FieldSum     Figure = "field_sum" // of fields that are numbers
	FieldClients Figure = "field_clients"
	FieldSaid    Figure = "field_said" // of those that are none: clients by what they said
)

// OfDefinition makes the value of a figure of reports; Definition reads it.
func OfDefinition(id ident.UUID, rest string) string { return id.String() + " " + rest }

// Definition reads a value of OfDefinition.
func Definition(value string) (id ident.UUID, rest string) {
	text, rest, _ := strings.Cut(value, " ")
	id, err := ident.ParseUUID(text)
	if err != nil {
		return ident.UUID{}, value
	}
	return id, rest
}

// reported reports whether a figure is of reports: what these are told apart by
// is defined by the vendor, and bounded.
func reported(f Figure) bool {
	return f == UsageSum || f == UsageClients || f == FieldSum || f == FieldClients
}

// Of the state at the time of counting; of a day that is over, at its end or as
// soon after it as somebody counted.
const (
	Licenses Figure = "licenses" // the state, see States
	Expiring Figure = "expiring" // within how many days: 7, 30 or 90
	Goodwill Figure = "goodwill" // activations in the goodwill zone; nothing
)

// Dimension is what clients are told apart by.
type Dimension string

// The dimensions of clients. All is nothing: how many there are.
const (
	All     Dimension = "all"
	Version Dimension = "version"
	System  Dimension = "system"  // operating system
	Country Dimension = "country" // ISO 3166-1 alpha-2
	Edition Dimension = "edition" // the edition's UUID, as the licence stood when counted
)

// Dimensions are all of them.
func Dimensions() []Dimension { return []Dimension{All, Version, System, Country, Edition} }

// Active is the clients that sent a heartbeat on the day, as they were at its last one.
func Active(by Dimension) Figure { return Figure("active_" + string(by)) }

// Spans are the numbers of days within which clients are counted as seen.
func Spans() []int { return []int{7, 30, 90} }

// Seen is the clients activated at the time of counting and last seen within so many days.
func Seen(days int, by Dimension) Figure {
	return Figure("seen" + strconv.Itoa(days) + "_" + string(by))
}

// States of licences, the one that matters most of each, as the console's badges
// have them.
const (
	StateOff        = "off"
	StateExpired    = "expired"
	StateNotStarted = "not_started"
	StateUsedUp     = "used_up"
	StateGoodwill   = "goodwill"
	StateExpiring   = "expiring" // within 30 days
	StateValid      = "valid"
)

// States are all of them, the best first.
func States() []string {
	return []string{StateValid, StateExpiring, StateGoodwill, StateUsedUp, StateNotStarted, StateExpired, StateOff}
}

// Rest is the value that all values beyond the first MaxValues of a product and
// figure are folded into: clients may send any text.
const (
	Rest      = "…"
	MaxValues = 40
)

// Row is one count.
type Row struct {
	Figure  Figure
	Day     int64 // days since 1970-01-01 UTC
	Product ident.ProductID
	Value   string
	N       int64
}

// DayOf gives the number of the UTC day of t, StartOf the beginning of a day.
func DayOf(t time.Time) int64 { return t.Unix() / 86_400 }

// StartOf gives the first instant of a day.
func StartOf(day int64) time.Time { return time.Unix(day*86_400, 0).UTC() }

// Settled is how long after its end a day is counted for the last time: by then
// all that happened on it is written.
const Settled = 10 * time.Minute

// FinalAt reports whether a count at this instant is the last one of the day.
func FinalAt(day int64, counted time.Time) bool {
	return !counted.Before(StartOf(day + 1).Add(Settled))
}

// Begun is what a vendor has made so far, for the first steps of a new one.
type Begun struct {
	Product, Edition, Customer, License ident.UUID // one of each; zero where there is none
	Activated                           bool
}

// Done reports whether nothing is left of the first steps.
func (b Begun) Done() bool {
	return b.Activated && !b.Product.IsZero() && !b.Edition.IsZero() && !b.Customer.IsZero() && !b.License.IsZero()
}
