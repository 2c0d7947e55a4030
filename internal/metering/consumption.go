package metering

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Reason says why an entry was not counted.
type Reason string

// The reasons.
const (
	Exhausted  Reason = "exhausted"           // it would go over limit and goodwill
	Inactive   Reason = "license_inactive"    // the licence is switched off
	Expired    Reason = "license_expired"     // its time is over
	NotStarted Reason = "license_not_started" // its start is to come
)

// Consumption is the answer to an entry: the meter right after it.
type Consumption struct {
	Transaction     ident.UUID // zero: nothing was counted
	Limitation      ident.UUID
	Limit           *int64 // nil: unlimited
	Consumed        int64
	GoodwillPercent int
	Period          Period
	Refused         Reason // "" when it was counted
}

// Balance gives what is left of the limit; below zero in the goodwill. nil: unlimited.
func (c Consumption) Balance() *int64 {
	if c.Limit == nil {
		return nil
	}
	left := *c.Limit - c.Consumed
	return &left
}

// Remaining gives what is left of the limit, never below zero. nil: unlimited.
func (c Consumption) Remaining() *int64 {
	left := c.Balance()
	if left != nil {
		*left = max(*left, 0)
	}
	return left
}

func answerOf(m Meter, l terms.Limitation, transaction ident.UUID) Consumption {
	return Consumption{
		Transaction: transaction, Limitation: m.Limitation, Limit: l.Limit, Consumed: m.Consumed,
		GoodwillPercent: l.GoodwillPercent, Period: m.Period,
	}
}

// Kind says what a row of the ledger is.
type Kind string

// The kinds.
const (
	Consumed   Kind = "consumption"
	Adjusted   Kind = "adjustment" // by staff
	RolledBack Kind = "rollback"   // takes another row back
	Restarted  Kind = "reset"      // by staff: the period's count began anew; of no amount
)

// Kinds gives all kinds.
func Kinds() []Kind { return []Kind{Consumed, Adjusted, RolledBack, Restarted} }

// Entry is one row of the ledger, with the meter as it stood right after it.
type Entry struct {
	ID         ident.EntryID
	UUID       ident.UUID // the transaction id
	Meter      ident.MeterID
	License    ident.LicenseID
	Limitation ident.UUID
	Kind       Kind
	Amount     int64          // millionths; below zero in a rollback, and in an adjustment that takes off
	Device     ident.DeviceID // 0 for staff
	ClientID   string         // the device's number
	UserID     string
	ExternalID string
	SaidAt     time.Time // by the client; zero: it said none
	At         time.Time // of receipt
	Hour       time.Time // the beginning of the vendor's hour that At lies in; not read again
	Note       string    // staff's reason
	Undoes     ident.EntryID
	Undone     bool // filled by lists only

	Limit           *int64
	Consumed        int64
	GoodwillPercent int
	Period          Period // that it counts in
}

// EntryFilter narrows the ledger of a meter; zero values do not.
type EntryFilter struct {
	Kind     Kind
	ClientID string     // the whole one
	From, To *time.Time // of receipt; To is exclusive
}

func (e Entry) answer() Consumption {
	return Consumption{
		Transaction: e.UUID, Limitation: e.Limitation, Limit: e.Limit, Consumed: e.Consumed,
		GoodwillPercent: e.GoodwillPercent, Period: e.Period,
	}
}

// hourOf gives the beginning of the hour that an instant lies in, in a zone: where
// clocks differ from UTC by half hours, days begin with an hour all the same.
func hourOf(at time.Time, zone *time.Location) time.Time {
	_, east := at.In(zone).Zone()
	shift := time.Duration(east) * time.Second
	return at.UTC().Add(shift).Truncate(time.Hour).Add(-shift)
}

// Hour is what a meter counted within an hour of its vendor.
type Hour struct {
	At     time.Time // its beginning
	Amount int64     // millionths; rollbacks taken off
}
