package prepaid

import (
	"time"

	"chancery/internal/ident"
)

// What lists show, beside the things themselves. Readers of internal/store/prepaid give them.

// CardSorts are what the list of cards offers, the first is the default.
func CardSorts() []string { return []string{"-created_at", "number"} }

// DeviceSorts are what the list of devices offers.
func DeviceSorts() []string { return []string{"-created_at"} }

// TransferSorts are what the sales record offers.
func TransferSorts() []string { return []string{"-at"} }

// DeductionSorts are what the deduction ledger offers: the newest day first, its devices in order.
func DeductionSorts() []string { return []string{"-day"} }

// Owner is a customer as lists name it; the zero value is the vendor's stock.
type Owner struct {
	UUID   ident.UUID
	Number string
	Name   string
}

// CardView is a card in a list. ActivatedAt is zero where that was before the time of its
// present owner and a customer looks; Is says all the same what state it is in.
type CardView struct {
	Card

	Is          Standing
	LicenseCode string
	CodeName    string
	Models      []string
	Contact     string // of the code: whom to ask for more days
	Owner       Owner
	DeviceNo    string // the number of its device; "" for none
}

// Status gives the card's state.
func (w CardView) Status() Status { return w.Is.Status() }

// Seen is what a holder sees of it.
func (w CardView) Seen(h Holder) CardView {
	if !h.IsStaff && w.ActivatedAt.Before(w.HeldSince) {
		w.ActivatedAt = time.Time{}
	}
	return w
}

// DeviceView is a device in a list. HeardAt is zero where that was before the time of its
// present owner and a customer looks.
type DeviceView struct {
	Device

	Owner      Owner
	BoundCards int64     // those without days too
	DaysLeft   int64     // on all of them
	HeardAt    time.Time // the last report, to the minute
	HeardAs    Dark      // what it was answered
}

// TransferView is a row of the sales record.
type TransferView struct {
	Transfer

	LicenseCode    string
	Source, Target Owner
}

// DeductionView is a row of the deduction ledger.
type DeductionView struct {
	Deduction

	DeviceNo    string
	CardNo      string
	LicenseCode string
	Contact     string
	Owner       Owner
}

// OrderView is an order in a list.
type OrderView struct {
	Order

	LicenseCode    string // of an issue
	Source, Target Owner
}

// OrderSorts are what the list of orders offers.
func OrderSorts() []string { return []string{"-created_at"} }

// Unknown is a number that reported and is no device.
type Unknown struct {
	Number  string
	HeardAt time.Time
	Times   int64
}

// CodeFigures counts the cards of a code.
type CodeFigures struct {
	Code Code

	Days     int64 // left on all of them
	ByStatus map[Status]int64
	Total    int64
	Locked   int64

	// With 1 to 29 and 1 to 6 days left, and with none; on a device, and not.
	UnderMonth, UnderWeek, Spent struct{ Bound, Unbound int64 }
}

// Statistics are the figures of somebody's cards, by code.
type Statistics struct{ Codes []CodeFigures }

// Total adds the figures of all codes up.
func (s Statistics) Total() CodeFigures {
	all := CodeFigures{ByStatus: map[Status]int64{}}
	for _, c := range s.Codes {
		all.Days, all.Total, all.Locked = all.Days+c.Days, all.Total+c.Total, all.Locked+c.Locked
		for status, n := range c.ByStatus {
			all.ByStatus[status] += n
		}
		all.UnderMonth.Bound += c.UnderMonth.Bound
		all.UnderMonth.Unbound += c.UnderMonth.Unbound
		all.UnderWeek.Bound += c.UnderWeek.Bound
		all.UnderWeek.Unbound += c.UnderWeek.Unbound
		all.Spent.Bound += c.Spent.Bound
		all.Spent.Unbound += c.Spent.Unbound
	}
	return all
}

// Add counts cards of a standing with days left on them.
func (c *CodeFigures) Add(s Standing, cards, days int64) {
	if c.ByStatus == nil {
		c.ByStatus = map[Status]int64{}
	}
	c.ByStatus[s.Status()] += cards
	c.Total, c.Days = c.Total+cards, c.Days+days
	if s.Locked() {
		c.Locked += cards
	}
	count := func(to *struct{ Bound, Unbound int64 }) {
		if s.Bound() {
			to.Bound += cards
		} else {
			to.Unbound += cards
		}
	}
	switch s.Band() {
	case NoDays:
		count(&c.Spent)
	case UnderWeek:
		count(&c.UnderWeek)
		count(&c.UnderMonth)
	case UnderMonth:
		count(&c.UnderMonth)
	case Plenty:
	}
}

// ForecastDays is how many past days the rate of a forecast is taken from.
const ForecastDays = 7

// Forecast tells when the days of a code run out at the rate of the last week.
type Forecast struct {
	Code    Code
	Days    int64 // left
	Charged int64 // in the last ForecastDays whole days
}

// LastsDays tells for how many days the stock lasts; ok is false where nothing is charged.
func (f Forecast) LastsDays() (days int64, ok bool) {
	if f.Charged == 0 {
		return 0, false
	}
	return f.Days * ForecastDays / f.Charged, true
}
