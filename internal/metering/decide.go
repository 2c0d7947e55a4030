package metering

import (
	"math"
	"slices"
	"time"

	"chancery/internal/terms"
)

// maxGross bounds a meter's figures, so that sums stay within 63 bits.
const maxGross = math.MaxInt64 / 2

// decision says what an entry comes to.
type decision struct {
	refused   Reason
	alerts    []int // thresholds of the limit to announce, in percent, rising
	contract  []int // the same of the contract
	exhausted bool  // the meter has just run out, or been found so for the first time
}

// decide judges an entry of value on a meter that is in its present period.
// standing is what keeps the licence from consuming, or "". A meter that only
// measures refuses nothing.
func decide(m Meter, l terms.Limitation, standing Reason, value int64) decision {
	switch {
	case m.Gross > maxGross-value || m.Consumed > maxGross-value:
		return decision{refused: Exhausted}
	case l.MeasuredOnly:
	case standing != "":
		return decision{refused: standing}
	case l.Contract() != nil && m.Gross >= *l.Contract():
		return decision{refused: Expired} // by this very meter, a moment ago
	case l.Limit != nil && m.Consumed+value > Allowed(*l.Limit, l.GoodwillPercent):
		return decision{refused: Exhausted, exhausted: m.ExhaustedAt.IsZero()}
	}
	return announce(m, l, value)
}

// announce finds what is to be said of a meter after value more.
func announce(m Meter, l terms.Limitation, value int64) (d decision) {
	if c := l.Contract(); c != nil && !oneFigure(m, l) {
		d.contract = alertsOf(l, m.ContractAlerted, m.Gross+value, *c)
	}
	if l.Limit == nil {
		return d
	}
	d.alerts = alertsOf(l, m.Alerted, m.Consumed+value, *l.Limit)
	d.exhausted = m.ExhaustedAt.IsZero() && m.Consumed+value >= Allowed(*l.Limit, l.GoodwillPercent)
	return d
}

// oneFigure reports whether limit and contract are the same, and are consumed alike: the
// alerts of one say what those of the other would.
func oneFigure(m Meter, l terms.Limitation) bool {
	c := l.Contract()
	return c != nil && l.Limit != nil && *l.Limit == *c && m.Consumed == m.Gross
}

// alertsOf gives the alerts above the one that was announced last which consumed
// reaches of limit, rising.
func alertsOf(l terms.Limitation, announced int, consumed, limit int64) (all []int) {
	for _, percent := range l.AlertPercents() {
		if percent > announced && reached(consumed, limit, percent) && !slices.Contains(all, percent) {
			all = append(all, percent)
		}
	}
	slices.Sort(all)
	return all
}

// sameContent reports whether a repeated entry says what the first one said.
func sameContent(first Entry, again Entry) bool {
	return first.Kind == again.Kind && first.Amount == again.Amount && first.Device == again.Device &&
		first.UserID == again.UserID && first.SaidAt.Equal(again.SaidAt)
}

// rollbackWindow is how long a client may take back its newest entry.
const rollbackWindow = 24 * time.Hour
