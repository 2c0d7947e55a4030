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
	Period

	ID          ident.MeterID // 0 before the first consumption
	License     ident.LicenseID
	Limitation  ident.UUID
	Consumed    int64       // in this period
	Gross       int64       // in the meter's whole life
	Reset       terms.Reset // what the period was planned by
	ResetDays   int
	Alerted     int       // the highest alert announced in this period, in percent
	ExhaustedAt time.Time // when it ran out in this period; zero: it has not
	ToldOf      int64     // the limit that both were announced of

	// The same of the contract, over the whole life.
	ContractAlerted int
	ContractToldOf  int64

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

// restarted gives the meter with the count of its period begun anew at now; false
// where the period is over before it can. Rows are of the period that began at their
// instant, so this one begins later than the one before, if by a millisecond.
func (m Meter) restarted(now time.Time) (Meter, bool) {
	start := now.Truncate(time.Millisecond) // as rows are stored
	if earliest := m.StartedAt.Add(time.Millisecond); start.Before(earliest) {
		start = earliest
	}
	if (Period{EndsAt: m.EndsAt}).over(start) {
		return m, false
	}
	m.StartedAt = start
	m.Consumed, m.FoldedConsumed, m.Alerted, m.ExhaustedAt = 0, 0, 0, time.Time{}
	return m, true
}

// under gives the meter under the limit and the contract that hold now. Where one was
// raised, its alerts that hold no more may come again: more was sold.
func (m Meter) under(l terms.Limitation) Meter {
	if l.Limit != nil && *l.Limit > m.ToldOf {
		m.Alerted = highest(l.AlertPercents(), m.Alerted, m.Consumed, *l.Limit)
		if m.Consumed < Allowed(*l.Limit, l.GoodwillPercent) {
			m.ExhaustedAt = time.Time{}
		}
		m.ToldOf = *l.Limit
	}
	if c := l.Contract(); c != nil && *c > m.ContractToldOf {
		m.ContractAlerted = highest(l.AlertPercents(), m.ContractAlerted, m.Gross, *c)
		m.ContractToldOf = *c
	}
	return m
}

// highest gives the highest of the percentages up to most that consumed has reached of
// limit; 0 for none.
func highest(percents []int, most int, consumed, limit int64) (top int) {
	for _, p := range percents {
		if p <= most && reached(consumed, limit, p) {
			top = max(top, p)
		}
	}
	return top
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
	return int64(min(q, math.MaxInt64))
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
