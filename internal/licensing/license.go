package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// License is one grant to one customer, of one edition, to one licensee user,
// with the few things of its surroundings that every answer names.
// A zero time.Time means "none".
type License struct {
	ID       ident.LicenseID
	UUID     ident.UUID
	Vendor   ident.VendorID
	Product  Product
	Customer Customer
	Edition  *Edition // shared and never written to

	Name          string
	LicenseeEmail string // the one licensee user; folded to lower case
	LicenseKey    ident.UUID
	PrintedKey    string // grouped base-32; "" when the product prints none
	LegacyKey     string // from an older system; "" for none

	IsActive    bool
	IsTemporary bool
	StartsAt    time.Time

	ExpiresMode terms.ExpiresMode // "" for the edition's
	ExpiresAt   time.Time
	ExpiresDays int

	Overrides *terms.Overrides // nil for none

	FirstActivatedAt time.Time
	UsedUpAt         time.Time // the first refusal since room was last free

	ContractTokens int64 // token rows by contract; follows the token limit
	RegularUsed    int64 // tokens in use within contract and buffer; where months are counted, all in use
	GoodwillUsed   int64 // tokens in use above them; where months are counted, devices of the month above them
	LastSlot       int64

	// What its owner and its clients have released, and the dashboard's share of that.
	Released, ReleasedInDashboard Tally

	// Tokens with a slot behind RenewedSlot and up to RenewedUntil have keys that are
	// withdrawn and not replaced yet.
	RenewedSlot, RenewedUntil int64

	Month Month // of a licence that counts the devices of each month

	Measured map[ident.UUID]Measured // by limitation, of those that end the licence; nil for none

	Revision  int64
	CreatedAt time.Time
	UpdatedAt time.Time

	Users []string // brought for clients' answers only, at most UsersAnswered
}

// Product is what a licence's answers say of its product.
type Product struct {
	ID                  ident.ProductID
	UUID                ident.UUID
	Name                string
	AllowClientMoves    bool // a client may go to another customer's licence without being freed first
	MaximumInactiveDays int  // 0: clients are never unassigned for their silence
	PrintedKeys         bool
	LatestRelease       string
	Revision            int64

	// HideKeysInHeartbeats: who names a client in a heartbeat and proves nothing more learns no keys.
	HideKeysInHeartbeats bool
}

// Customer is what a licence's answers say of its holder.
type Customer struct {
	ID             ident.CustomerID
	UUID           ident.UUID
	CompanyName    string
	CustomerNumber string
	Email          string
}

// Edition is what a licence starts from.
type Edition struct {
	ID          ident.EditionID
	UUID        ident.UUID
	Name        string
	Mode        terms.Mode
	ClientType  terms.ClientType
	LicenseType terms.LicenseType
	Policy      terms.Policy
	Grants      terms.Grants
	Revision    int64
	Releases    []Release // of its product
}

// Release is a software release that limits may name.
type Release struct {
	UUID        ident.UUID
	Release     string
	Description string
}

// Terms is what holds for one licence: the edition with the licence's overrides laid over it.
type Terms struct {
	Policy terms.Policy
	Grants terms.Grants
}

// Terms lays the licence's overrides over its edition.
func (l *License) Terms() Terms {
	return Terms{Policy: l.Overrides.Policy(l.Edition.Policy), Grants: l.Overrides.Grants(l.Edition.Grants)}
}

// Serial rises with every change of the licence or its edition; activations and
// consumption do not change it.
func (l *License) Serial() int64 { return l.Edition.Revision + l.Revision }

// ExpiryOf gives the exclusive instant at which the licence ends; zero for never.
// An end reckoned from the first activation is unknown, and so never, before it.
// It ends before its time when it has consumed what a contract allows.
func (l *License) ExpiryOf(p terms.Policy) time.Time {
	return l.expiryFrom(p, l.FirstActivatedAt)
}

// TimeEnd is ExpiryOf, whatever was consumed: the end that was agreed upon.
func (l *License) TimeEnd(p terms.Policy) time.Time { return l.timeEnd(p, l.FirstActivatedAt) }

// Ends gives how the end is reckoned: by the licence's own way, or else the edition's.
func (l *License) Ends(p terms.Policy) Expiry {
	if l.ExpiresMode != "" {
		return Expiry{Mode: l.ExpiresMode, At: l.ExpiresAt, Days: l.ExpiresDays}
	}
	e := Expiry{Mode: p.ExpiresMode}
	if p.ExpiresAt != nil {
		e.At = *p.ExpiresAt
	}
	if p.ExpiresDays != nil {
		e.Days = *p.ExpiresDays
	}
	return e
}

// clockWaits reports whether the first activation, which is still to come, starts
// a clock that ends the licence.
func (l *License) clockWaits(p terms.Policy) bool {
	return l.FirstActivatedAt.IsZero() && (p.TrialDays > 0 || l.Ends(p).Mode == terms.ExpiresDaysActivated)
}

// expiryFrom is ExpiryOf for a first activation at an instant; zero for none.
func (l *License) expiryFrom(p terms.Policy, first time.Time) time.Time {
	end := l.timeEnd(p, first)
	if _, since := l.measuredOut(); !since.IsZero() && (end.IsZero() || since.Before(end)) {
		end = since
	}
	return end
}

func (l *License) timeEnd(p terms.Policy, first time.Time) time.Time {
	ends := l.Ends(p)
	var end time.Time
	switch ends.Mode {
	case terms.ExpiresAt:
		end = ends.At
	case terms.ExpiresDaysActivated:
		end = daysAfter(first, ends.Days)
	case terms.ExpiresNever:
	}
	if p.TrialDays > 0 {
		if trial := daysAfter(first, p.TrialDays); !trial.IsZero() && (end.IsZero() || trial.Before(end)) {
			end = trial
		}
	}
	return end
}

// afterActivation gives the instant n × 24 h after the first activation.
func (l *License) afterActivation(days int) time.Time { return daysAfter(l.FirstActivatedAt, days) }

// daysAfter gives the instant n × 24 h after another; zero stays zero.
func daysAfter(first time.Time, days int) time.Time {
	if first.IsZero() {
		return first
	}
	return first.Add(time.Duration(days) * 24 * time.Hour)
}

// Held is how many activations the licence has.
func (l *License) Held() int64 {
	if l.CountsMonths() {
		return l.RegularUsed
	}
	return l.RegularUsed + l.GoodwillUsed
}

// Allowed is how many activations a named licence may have, or how many devices a month
// of it: contract, buffer and goodwill.
func Allowed(p terms.Policy) int64 { return p.TokenLimit + p.ActivationBuffer + p.GoodwillTokenLimit }

// AnyNumber reports whether the licence is a floating one, which takes any number of
// clients and limits its sessions instead (package floating).
func (l *License) AnyNumber() bool { return l.Edition.Mode == terms.Floating }

// limitsHeld reports whether the licence limits how many activations are held at once,
// and so has a token for each of its contract.
func (l *License) limitsHeld() bool { return !l.AnyNumber() && !l.CountsMonths() }

// allowed gives the limit on activations as answers show it; nil for none.
func (l *License) allowed(p terms.Policy) *int64 {
	if !l.limitsHeld() {
		return nil
	}
	n := Allowed(p)
	return &n
}

// overfull reports whether more regular activations are in use than the policy has tokens for.
func (l *License) overfull(p terms.Policy) bool {
	return l.limitsHeld() && l.RegularUsed > p.TokenLimit+p.ActivationBuffer
}

// Title is what the licence is called: by its name, or else by its edition's.
func (l *License) Title() string {
	if l.Name != "" {
		return l.Name
	}
	return l.Edition.Name
}

// KeyToType is the key that people are told: the printed one, which is made to be
// typed, where the licence has one.
func (l *License) KeyToType() string {
	if l.PrintedKey != "" {
		return l.PrintedKey
	}
	return l.LicenseKey.String()
}
