package owners

import (
	"strings"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Wish is what an owner asks the vendor for.
type Wish string

// The wishes.
const (
	WishActivations Wish = "activations" // more places
	WishMeter       Wish = "meter"       // more of one meter
	WishRenewal     Wish = "renewal"
	WishOther       Wish = "other"
)

// Wishes lists the wishes.
func Wishes() []Wish { return []Wish{WishActivations, WishMeter, WishRenewal, WishOther} }

// RequestState is where a request stands.
type RequestState string

// The states. Only an open one changes.
const (
	RequestOpen      RequestState = "open"
	RequestDone      RequestState = "done"
	RequestDeclined  RequestState = "declined"
	RequestWithdrawn RequestState = "withdrawn" // by an owner, or because the licence got another customer
)

// RequestStates lists the states.
func RequestStates() []RequestState {
	return []RequestState{RequestOpen, RequestDone, RequestDeclined, RequestWithdrawn}
}

// What bounds requests. All of a licence are kept that are open, and the newest others.
const (
	MostMonths     = 120
	RequestMessage = 2000 // characters, of the answer too
	RequestsADay   = 10   // of one licence
	RequestsKept   = 50   // of one licence
)

const mostActivations = 1_000_000

// Request is what an owner has asked the vendor for.
type Request struct {
	ID         int64
	UUID       ident.UUID
	License    ident.LicenseID
	LicenseID  ident.UUID
	Customer   ident.CustomerID // whose the licence was
	User       ident.UserID
	UserID     ident.UUID
	UserEmail  string
	UserName   string
	Wish       Wish
	Meter      ident.UUID // the limitation of WishMeter; zero for none
	MeterName  string     // as it was called then
	Quantity   int64      // how much, in millionths (terms.Unit): places, units of the meter, or months; 0 for none
	Message    string     // lines
	State      RequestState
	Answer     string // lines; may be empty
	AskedAt    time.Time
	AnsweredAt time.Time // zero while it is open
}

// NewRequest is what is asked for.
type NewRequest struct {
	Wish     Wish
	Meter    ident.UUID // of WishMeter
	Quantity int64      // as in Request; none of WishOther
	Message  string
}

// Requested is of a licence what requests need.
type Requested struct {
	Product, Customer ident.UUID
	CustomerID        ident.CustomerID
	CustomerNumber    string
	Meters            map[ident.UUID]string // names of the meters that owners see
}

// read checks what is asked for, and returns it as it is stored.
func (n NewRequest) read(of Requested) (Request, error) {
	var wrong fault.Fields
	q := Request{Wish: n.Wish, Message: lines(&wrong, "message", n.Message), State: RequestOpen}
	switch n.Wish {
	case WishActivations:
		q.Quantity = n.Quantity
		wrong.Check(n.whole(mostActivations), "quantity", "must be a whole number between 1 and 1,000,000")
	case WishMeter:
		q.Quantity, q.Meter, q.MeterName = n.Quantity, n.Meter, of.Meters[n.Meter]
		wrong.Check(n.Quantity >= 1 && n.Quantity/terms.Unit <= terms.MaxQuantity, "quantity", "must be above 0, and at most 1,000,000,000,000")
		wrong.Check(q.MeterName != "", "limitation_id", "must be a meter of the licence")
	case WishRenewal:
		q.Quantity = n.Quantity
		wrong.Check(n.whole(MostMonths), "quantity", "must be a whole number of months between 1 and 120")
	case WishOther:
		wrong.Check(q.Message != "", "message", "must say what is wished")
	default:
		wrong.Check(false, "wish", "must be activations, meter, renewal or other")
	}
	return q, wrong.Err()
}

// whole reports whether the quantity is a whole number from 1 to most.
func (n NewRequest) whole(most int64) bool {
	return n.Quantity >= terms.Unit && n.Quantity <= most*terms.Unit && n.Quantity%terms.Unit == 0
}

// lines reads a text of several lines.
func lines(wrong *fault.Fields, field, text string) string {
	text = entry.Composed(strings.TrimSpace(text))
	wrong.Lines(field, text, 0, RequestMessage)
	return text
}

// RequestFilter narrows lists of requests.
type RequestFilter struct {
	State   RequestState // "" for all
	License ident.UUID   // zero for all
	Wish    Wish         // "" for all
	Meter   ident.UUID   // of WishMeter; zero for all
}

// RequestSorts are what lists of requests offer: by age.
func RequestSorts() []string { return []string{"-created_at"} }
