package prepaid

import (
	"time"

	"chancery/internal/ident"
)

// PaidTime is what one day of a card gives a device.
const PaidTime = 24 * time.Hour

// Billing is when a card is charged.
type Billing string

// The rules of billing.
const (
	Daily    Billing = "daily"     // every 24 h from the device's first report on
	OnReport Billing = "on_report" // only when the device reports and its paid time is over
)

// Code is a license code: a kind of card.
type Code struct {
	ID        ident.CodeID
	UUID      ident.UUID
	Code      string // unique at the vendor, compared without case
	Name      string
	Models    []string // models and patterns: "GT06*"
	Days      int64    // of a new card
	Billing   Billing  // never changes
	PriceNote string
	Contact   string // whom to ask for more days
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Card is one prepaid licence: a stock of days.
type Card struct {
	ID          ident.CardID
	UUID        ident.UUID
	Number      string // as printed: see FormatNumber
	Code        ident.CodeID
	Holder      ident.CustomerID // its owner; 0 is the vendor's stock
	Total       int64            // days that were ever put on it
	Days        int64            // days left
	Withdrawn   int64            // days that the vendor has taken back
	ActivatedAt time.Time        // the first charge; zero for none
	Device      ident.DeviceID   // that it is bound to; 0 for none
	BoundAt     time.Time        // of a bound card with days left; else zero
	Locked      bool
	HeldBy      ident.OrderID // a sale that is under way; 0 for none
	HeldSince   time.Time     // since when its owner has it
	Batch       ident.OrderID
	CreatedAt   time.Time
}

// Standing gives what of the card is counted.
func (c Card) Standing() Standing {
	return StandingOf(c.Device != 0, !c.ActivatedAt.IsZero(), c.Locked, c.Days)
}

// Status gives the card's state.
func (c Card) Status() Status { return c.Standing().Status() }

// Device is a machine that works only while it has paid days.
type Device struct {
	State

	UUID      ident.UUID
	Number    string // as it was entered
	Key       string // as it is compared, see entry.DeviceNumber
	Model     string
	SaidModel string    // another model that it reported last; changes nothing
	HeldSince time.Time // since when its owner has it
	CreatedAt time.Time
}

// Dark tells why a device is blacklisted; its reports are refused with it.
type Dark int

// The reasons.
const (
	NotDark    Dark = iota
	DarkNoCard      // no card is bound
	DarkNoDays      // no bound card has a day left
)

// Reason gives the word of the API; "" for none.
func (d Dark) Reason() string {
	switch d {
	case DarkNoCard:
		return ReasonNoCard
	case DarkNoDays:
		return ReasonNoDays
	case NotDark:
	}
	return ""
}

// The reasons of a refused report.
const (
	ReasonNoCard  = "no_card"
	ReasonNoDays  = "no_days"
	ReasonUnknown = "unknown_device"
)

// FullGrace is the GraceLeft of a device whose last day was paid: it has the vendor's
// whole grace before it.
const FullGrace = -1

// State is what charging knows of a device.
type State struct {
	ID          ident.DeviceID
	Holder      ident.CustomerID // its owner; 0 is the vendor's stock
	UsableUntil time.Time        // zero: never had a paid day
	DueAt       time.Time        // when the run looks at it; zero: not before something happens
	Dark        Dark
	GraceLeft   int64 // days of grace that it can still get; FullGrace after a paid day
	GraceOwed   int64 // days of grace that the next card pays
	OnReport    bool  // the billing rule of the card that was charged last
}

// Usable reports whether the device may work at an instant.
func (s State) Usable(at time.Time) bool { return s.UsableUntil.After(at) }

// Bound is a card with days left on a device, as charging sees it.
type Bound struct {
	Device      ident.DeviceID
	Card        ident.CardID
	Code        ident.CodeID
	OnReport    bool
	Days        int64
	ActivatedAt time.Time
	BoundAt     time.Time
	Number      string
}

// DeductionKind tells rows of the ledger apart.
type DeductionKind int

// The kinds of deductions.
const (
	Charge     DeductionKind = iota // one day of a card for 24 h
	Grace                           // 24 h without a card, owed
	Settlement                      // one day of a card for a day of grace, gives no time
	Failed                          // nothing was left to charge: the device goes dark
)

// String gives the word of the API.
func (k DeductionKind) String() string {
	switch k {
	case Charge:
		return "charge"
	case Grace:
		return "grace"
	case Settlement:
		return "settlement"
	case Failed:
		return "failed"
	}
	return ""
}

// Deduction is a row of the deduction ledger.
type Deduction struct {
	Device   ident.DeviceID
	At       time.Time
	Day      int64 // the vendor's day of At, see calendar.Day.Number
	N        int   // numbers the rows of one instant
	Kind     DeductionKind
	ByReport bool         // a report triggered it; else the run, or what a person did
	Card     ident.CardID // 0 for none
	Code     ident.CodeID // 0 for none; of a Failed one that of the used-up card, whose contact sells more days
	Holder   ident.CustomerID
	Reason   Dark // of a Failed one
}

// Trigger gives the word of the API for what triggered a row.
func (d Deduction) Trigger() string {
	switch {
	case d.Kind == Settlement:
		return TriggerCard
	case d.ByReport:
		return TriggerReport
	}
	return TriggerRun
}

// What triggers rows of the ledger.
const (
	TriggerReport = "report"
	TriggerRun    = "run"
	TriggerCard   = "card" // a card came to the device, or got days
)

// TransferKind is a method of the sales record.
type TransferKind string

// The kinds of transfers.
const (
	Sell       TransferKind = "sell"        // down, to a direct sub-customer
	Return     TransferKind = "return"      // up, to the direct superior
	BindDown   TransferKind = "bind"        // down with a card that was bound to a sub-customer's device
	DeviceSale TransferKind = "device_sale" // a device, with its cards: down, or back up
	Issue      TransferKind = "issue"       // made by the vendor
	TopUp      TransferKind = "top_up"      // more days on a card
	Withdraw   TransferKind = "withdraw"    // taken back by the vendor
)

// TransferKinds returns all kinds.
func TransferKinds() []TransferKind {
	return []TransferKind{Sell, Return, BindDown, DeviceSale, Issue, TopUp, Withdraw}
}

// Transfer is a row of the sales record: cards of one code, or devices, from one side to
// another. Of what is issued both sides are the first holder, and of what is withdrawn the last.
type Transfer struct {
	ID       ident.TransferID
	UUID     ident.UUID
	At       time.Time
	Day      int64
	Kind     TransferKind
	From, To ident.CustomerID // 0 is the vendor's stock
	Code     ident.CodeID     // 0 where there are devices alone
	Cards    int64
	Days     int64
	Devices  int64
	Order    ident.OrderID
	Actor    string // who did it, in words
}

// Customer is a customer as this room sees it.
type Customer struct {
	Switches

	ID       ident.CustomerID
	UUID     ident.UUID
	Number   string
	Name     string
	Superior ident.CustomerID // 0 for none
}

// Switches are what a customer's administrator sets.
type Switches struct {
	AllowSuperior bool   // the direct superior may act for it
	NextCard      bool   // the next card is bound by itself when the last one is used up
	TransferCode  string // customers outside its line may sell devices to it with this; "" for none
	LowDays       int64  // own thresholds; 0 for none: see Low
	VeryLowDays   int64
}

// Settings are a vendor's.
type Settings struct {
	GraceDays int64
}

// OrderKind is what an order does.
type OrderKind string

// OrderState is how far it is.
type OrderState string

// The kinds and states of orders. A sale that is handing over always ends.
const (
	OrderIssue OrderKind = "issue"
	OrderSell  OrderKind = "sell"

	OrderWorking   OrderState = "working"   // cards are made, or held
	OrderHanding   OrderState = "handing"   // held cards go over to their new owner
	OrderReleasing OrderState = "releasing" // held cards are let go, because it has failed
	OrderDone      OrderState = "done"
	OrderFailed    OrderState = "failed"
)

// Order is work on very many cards, which goes in portions.
type Order struct {
	ID        ident.OrderID
	UUID      ident.UUID
	Kind      OrderKind
	State     OrderState
	Code      ident.CodeID // of an issue
	From, To  ident.CustomerID
	Wanted    int64
	Held      int64
	Done      int64
	Days      int64 // on each card of an issue
	Filter    CardFilter
	Problem   string // why it has failed
	Actor     string
	CreatedAt time.Time
	EndedAt   time.Time
}
