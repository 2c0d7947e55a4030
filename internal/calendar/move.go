package calendar

import "time"

// Move is a change of the zone in which first and last days are counted, after which
// they keep their dates.
type Move struct {
	From, To *time.Location
	At       time.Time // when the zone was changed
}

// End gives an exclusive end as it is after the move: the same last day. What is no
// last day of the former zone stays.
func (m Move) End(end time.Time) time.Time {
	if end.IsZero() || !IsLastDay(end, m.From) {
		return end
	}
	return LastDay(end, m.From).Ends(m.To)
}

// Beginning gives a beginning as it is after the move: the same first day. What is no
// first day of the former zone stays.
func (m Move) Beginning(at time.Time) time.Time {
	if at.IsZero() || !IsFirstDay(at, m.From) {
		return at
	}
	return DayOf(at, m.From).Begins(m.To)
}

// EndOrNil is End for an end that may be none.
func (m Move) EndOrNil(end *time.Time) *time.Time {
	if end == nil {
		return nil
	}
	if moved := m.End(*end); !moved.Equal(*end) {
		return &moved
	}
	return end
}
