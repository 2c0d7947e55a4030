package prepaid

import (
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// CardFilter narrows cards: the list, and those that are chosen by number. All that is
// given must hold. Its names are those of the API.
type CardFilter struct {
	Number    string    `json:"number,omitempty"`       // the beginning of a card number
	Code      string    `json:"license_code,omitempty"` // as the vendor wrote it, in any case
	MinDays   *int64    `json:"available_days_min,omitempty"`
	MaxDays   *int64    `json:"available_days_max,omitempty"`
	From      time.Time `json:"activated_from,omitzero"` // of the activation time; inclusive
	To        time.Time `json:"activated_to,omitzero"`   // exclusive
	Device    string    `json:"device,omitempty"`        // the number of a device, in any writing
	Status    Status    `json:"status,omitempty"`
	Locked    *bool     `json:"locked,omitempty"`
	IsBound   *bool     `json:"bound,omitempty"`
	OfBatch   string    `json:"batch_id,omitempty"`
	OfHolders Holder    `json:"holders,omitzero"` // of a sale, only whether the staff sells counts

	Except []string `json:"except,omitempty"` // numbers of cards that it leaves out, as printed
}

// Check names what is wrong with a filter.
func (f CardFilter) Check() error {
	var wrong fault.Fields
	wrong.Check(f.Status == "" || f.Status.known(), "status", "must be unused, inactive, in_use, deactivated or expired")
	wrong.Check(f.MinDays == nil || *f.MinDays >= 0, "available_days_min", "must be 0 or more")
	wrong.Check(f.MaxDays == nil || *f.MaxDays >= 0, "available_days_max", "must be 0 or more")
	wrong.Text("number", f.Number, 0, maxFilterText)
	wrong.Text("license_code", f.Code, 0, maxFilterText)
	wrong.Text("device", f.Device, 0, maxFilterText)
	wrong.Check(len(f.Except) <= MaxExcept, "except", "must name 500 cards at most")
	return wrong.Err()
}

const (
	maxFilterText = 200

	// MaxExcept is how many cards a filter may leave out by their numbers.
	MaxExcept = 500
)

func (s Status) known() bool {
	return slices.Contains(Statuses(), s)
}

// Holder says whose things a reader sees. It is made by who knows who asks: see Reach.
type Holder struct {
	Everybody bool             `json:"everybody,omitempty"` // all of the vendor
	IsStaff   bool             `json:"staff,omitempty"`     // nothing of before the present owner's time is hidden
	Customer  ident.CustomerID `json:"customer,omitempty"`  // else this customer's; 0 is the vendor's own stock
	Below     bool             `json:"below,omitempty"`     // and those of all customers below it

	// Seer is the customer for which somebody looks, who may be above Customer: of records it
	// sees those since it is; 0 for staff, and where it is Customer itself.
	Seer ident.CustomerID `json:"seer,omitempty"`
}

// DeviceFilter narrows the list of devices.
type DeviceFilter struct {
	Number  string // the beginning, or all of it, in any writing
	Model   string
	Dark    *bool
	WithOut *bool // has no card bound
	Soon    Soon
	Holders Holder
}

// Soon narrows devices to those that work now, and will no longer at an instant, at the days
// that are on their cards; the zero value does not.
type Soon struct{ Now, Before time.Time }

// SoonDark is what reminders look for: devices that go dark within a week.
func SoonDark(now time.Time) Soon { return Soon{now, now.AddDate(0, 0, WeekDays)} }

// TransferFilter narrows the sales record.
type TransferFilter struct {
	FromDay, ToDay int64 // the vendor's days, both inclusive; 0 for none
	Code           string
	Kind           TransferKind
	With           ident.CustomerID // one of the two sides
	Party          string           // the number of one of the two sides, or the beginning of its name
	Card           string           // a card number
	Device         string           // the number of a device, in any writing
	Holders        Holder
}

// DeductionFilter narrows the deduction ledger.
type DeductionFilter struct {
	FromDay, ToDay int64 // the vendor's days, both inclusive; 0 for none
	Card           string
	Device         string
	Kind           *DeductionKind
	Holders        Holder
}
