package licensing

import (
	"errors"
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Config is what the service needs; all of it down to IDs is required.
type Config struct {
	Store   Store
	Reader  Reader
	Pulses  Pulses
	Devices Devices
	Runner  tx.Runner // for the heartbeats that change something
	IDs     ident.Source

	Sessions Sessions // nil where no floating licence is served
	Notices  Notices  // nil where nobody is told
	Prepaid  Prepaid  // nil where there are no prepaid devices
	Leavers  Leavers  // nil where nothing is a customer's that is about a licence
}

// Leavers are told of licences that are about to get another customer: what its present one
// has begun does not go along. They are called with the licence locked.
type Leavers interface {
	Leaves(t tx.Tx, v ident.VendorID, l ident.LicenseID) error
}

// Notices tells people what happens to a licence, in the transaction of the
// happening itself.
type Notices interface { //nolint:interfacebloat // all that people are told of
	// Issued tells the licensee user of a new licence; again when staff asks for it,
	// which is refused where there is no address.
	Issued(t tx.Tx, l *License, again bool) error

	// NewKey tells the licensee user that the licence has a new key, which is refused
	// where there is no address.
	NewKey(t tx.Tx, l *License) error

	// GoodwillEntered tells that a is the first activation above the contract.
	GoodwillEntered(t tx.Tx, l *License, a *Activation) error

	// NewDevices tells of devices that are new on a licence, NearlyUsedUp that its contract is.
	NewDevices(t tx.Tx, l *License, n NewDevices) error
	NearlyUsedUp(t tx.Tx, l *License) error

	// UsedUp tells of the first refusal for want of room.
	UsedUp(t tx.Tx, l *License) error

	// Ending tells that a licence ends soon; EndingDays how many days that is.
	Ending(t tx.Tx, l *License, ends time.Time) error
	EndingDays(t tx.Tx, v ident.VendorID) (int, error)

	// RefreshDue tells that the newest file of a device wants a refresh soon, or has;
	// RefreshDays how many days before.
	RefreshDue(t tx.Tx, l *License, a *Activation, passed bool) error
	RefreshDays(t tx.Tx, v ident.VendorID) (int, error)

	// Ended tells that a licence has ended: its time is over, or its contract consumed.
	Ended(t tx.Tx, s State) error
}

// Service carries out the rules of licensing.
type Service struct {
	store   Store
	reader  Reader
	pulses  Pulses
	devices Devices
	runner  tx.Runner
	ids     ident.Source

	sessions Sessions
	notices  Notices
	prepaid  Prepaid
	leavers  Leavers
}

// New checks the configuration and makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Reader == nil || c.Pulses == nil || c.Devices == nil || c.Runner == nil || c.IDs.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("licensing: the configuration is incomplete")
	}
	if c.Prepaid == nil {
		c.Prepaid = noPrepaid{}
	}
	return &Service{
		store: c.Store, reader: c.Reader, pulses: c.Pulses, devices: c.Devices, runner: c.Runner, ids: c.IDs, sessions: c.Sessions, notices: c.Notices,
		leavers: c.Leavers, prepaid: c.Prepaid,
	}, nil
}

// Outcome is what a client's call came to: a state, or a refusal.
type Outcome struct {
	State   State
	Refusal *refusal.Refusal // nil when it was granted

	// RefusedBy is the licence that refused an activation; 0 where no key led to one.
	RefusedBy ident.LicenseID

	// CopyOf is set where a request by a file was refused because a second machine came under
	// the name of one whose file is in force. Nothing was noted of it.
	CopyOf *CopyOf

	// NoKeys is set where the caller is to learn no key: he has proven nothing but a name.
	NoKeys bool

	Dropped []string // names of device variables that are not kept: there are too many
}

func refused(r *refusal.Refusal) Outcome { return Outcome{Refusal: r} }
