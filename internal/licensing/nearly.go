package licensing

import (
	"strconv"

	"chancery/internal/calendar"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// leastNearly is how many activations a contract has at least of which the owners are told
// when they are nearly used up: of fewer, all are meant to be in use.
const leastNearly = 5

// nearlyAt are the shares of a contract, in percent, of which owners are told.
func nearlyAt() []int64 { return []int64{90, 100} }

// reached gives the highest share of the contract that a step from before to after
// activations in use has reached; 0 for none.
func reached(p terms.Policy, before, after int64) (share int64) {
	if p.TokenLimit < leastNearly {
		return 0
	}
	for _, at := range nearlyAt() {
		if need := (p.TokenLimit*at + 99) / 100; before < need && after >= need {
			share = at
		}
	}
	return share
}

// noteNearly tells the owners of a locked licence that its contract is nearly used up, when
// one more activation has brought it there: once for each share of a contract in a month
// of the vendor's calendar, however often devices come and go.
func (s *Service) noteNearly(t tx.Tx, l *License) error {
	if s.notices == nil || l.AnyNumber() {
		return nil
	}
	p, used := l.Terms().Policy, l.Held()
	if l.CountsMonths() {
		used = l.Month.Used
	}
	share := reached(p, used-1, used)
	if share == 0 {
		return nil
	}
	zone, err := s.store.Zone(t, l.Vendor)
	if err != nil {
		return err
	}
	ends := calendar.Cycle{Months: 1, Zone: zone}.First(t.Now()).Ends
	kind := "nearly_used_up/" + strconv.FormatInt(share, 10) + "/" + strconv.FormatInt(p.TokenLimit, 10)
	first, err := s.store.NoteEnd(t, l.Vendor, l.ID, kind, ends)
	if err != nil || !first {
		return err
	}
	return s.notices.NearlyUsedUp(t, l)
}
