package prepaid

import "slices"

// Status is what the table of states calls a card (docs/rules/prepaid.md, rule 3). It is derived, never stored
// as an opinion.
type Status string

// The states of a card.
const (
	Unused      Status = "unused"      // not bound, never charged
	Inactive    Status = "inactive"    // bound, never charged
	InUse       Status = "in_use"      // bound, charged before
	Deactivated Status = "deactivated" // not bound, charged before
	Expired     Status = "expired"     // no days left
)

// Statuses returns all states, in the order in which screens show them.
func Statuses() []Status { return []Status{Unused, Inactive, InUse, Deactivated, Expired} }

// MayIncurCharges reports whether a card in this state is charged.
func (s Status) MayIncurCharges() bool { return s == Inactive || s == InUse }

// Band tells roughly how many days a card has left.
type Band int

// The bands.
const (
	NoDays     Band = iota
	UnderWeek       // 1 to 6
	UnderMonth      // 7 to 29
	Plenty          // 30 and more
)

// Below WeekDays and MonthDays the days left of a card count as few.
const (
	WeekDays  = 7
	MonthDays = 30
)

func bandOf(days int64) Band {
	switch {
	case days <= 0:
		return NoDays
	case days < WeekDays:
		return UnderWeek
	case days < MonthDays:
		return UnderMonth
	}
	return Plenty
}

// Standing is all of a card that is counted: whether it is bound, was ever charged and is
// locked, and the band of its days. The store keeps it beside the card, for its indexes and
// counters: 1 bound, 2 used, 4 times the band, 16 locked.
type Standing int

const (
	standingBound  = 1
	standingUsed   = 2
	standingBand   = 4
	standingLocked = 16

	// Standings is how many there are.
	Standings = 32
)

// StandingOf makes a standing.
func StandingOf(bound, used, locked bool, days int64) Standing {
	s := standingBand * Standing(bandOf(days))
	if bound {
		s += standingBound
	}
	if used {
		s += standingUsed
	}
	if locked {
		s += standingLocked
	}
	return s
}

// Bound reports whether the card is on a device.
func (s Standing) Bound() bool { return s&standingBound != 0 }

// Used reports whether the card was charged before.
func (s Standing) Used() bool { return s&standingUsed != 0 }

// Locked reports whether the card is locked.
func (s Standing) Locked() bool { return s&standingLocked != 0 }

// Band tells roughly how many days are left.
func (s Standing) Band() Band { return Band(s / standingBand % standingBand) }

// Status gives the state's name.
func (s Standing) Status() Status {
	switch {
	case s.Band() == NoDays:
		return Expired
	case s.Bound() && s.Used():
		return InUse
	case s.Bound():
		return Inactive
	case s.Used():
		return Deactivated
	}
	return Unused
}

// StandingsUpTo gives the standings that cards with 1 to so many days left can have.
func StandingsUpTo(days int64) (all []Standing) {
	for s := range Standing(Standings) {
		if s.Band() != NoDays && s.Band() <= bandOf(days) {
			all = append(all, s)
		}
	}
	return all
}

// StandingsOf gives all standings of a state.
func StandingsOf(status Status) (all []Standing) {
	for s := range Standing(Standings) {
		if s.Status() == status {
			all = append(all, s)
		}
	}
	return all
}

// StandingsOnDevice gives the standings of cards that are on a device, in some bands of days.
func StandingsOnDevice(bands ...Band) (all []Standing) {
	for s := range Standing(Standings) {
		if s.Bound() && slices.Contains(bands, s.Band()) {
			all = append(all, s)
		}
	}
	return all
}
