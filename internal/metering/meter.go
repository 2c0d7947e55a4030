package metering

import (
	"math"
	"math/bits"
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Meter counts what one licence consumes of one limitation. Quantities are in
// millionths (terms.Unit). Consumed and Gross always equal the ledger's sums.
type Meter struct {
	ID         ident.MeterID // 0 before the first consumption
	License    ident.LicenseID
	Limitation ident.UUID
	Consumed   int64 // in this period
	Gross      int64 // in the meter's whole life
	Period
	Reset       terms.Reset // what the period was planned by
	ResetDays   int
	Alerted     int       // the highest alert announced in this period, in percent
	ExhaustedAt time.Time // when it ran out in this period; zero: it has not

	// What of both figures stands for rows that have left the ledger: its checkpoint.
	FoldedConsumed int64
	FoldedGross    int64
}

// At gives the meter as it stands at now: in the period that holds then. A new
// time zone holds from the next period, a new reset mode from the next boundary.
func (m Meter) At(r Rule, now time.Time) Meter {
	switch {
	case r.Reset == terms.ResetNone:
		return m
	case m.StartedAt.IsZero():
		m.Period = r.first(now)
	case m.over(now):
		m.Period = r.after(m.EndsAt, now)
		m.Consumed, m.FoldedConsumed, m.Alerted, m.ExhaustedAt = 0, 0, 0, time.Time{}
	case m.Reset != r.Reset || m.ResetDays != r.Days:
		m.Period = r.replanned(m.StartedAt, now)
	}
	m.Reset, m.ResetDays = r.Reset, r.Days
	return m
}

// ruleOf gives the rule of a limitation in a zone.
func ruleOf(l terms.Limitation, zone *time.Location) Rule {
	r := Rule{Reset: l.Reset, Zone: zone}
	if l.Reset == terms.ResetDays {
		r.Days = max(l.ResetDays, 1)
	}
	return r
}

// Allowed gives what may be consumed in a period: limit and goodwill, rounded
// down to a millionth.
func Allowed(limit int64, goodwillPercent int) int64 {
	hi, lo := bits.Mul64(uint64(limit), uint64(100+goodwillPercent)) //nolint:gosec // neither is negative
	if hi >= 100 {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, 100)
	return int64(min(q, math.MaxInt64)) //nolint:gosec // bounded
}

// reached reports whether consumed is at least percent of limit.
func reached(consumed, limit int64, percent int) bool {
	if consumed <= 0 {
		return false
	}
	hi1, lo1 := bits.Mul64(uint64(consumed), 100)
	hi2, lo2 := bits.Mul64(uint64(limit), uint64(percent)) //nolint:gosec // neither is negative
	return hi1 > hi2 || hi1 == hi2 && lo1 >= lo2
}
