package licensing

import (
	"context"
	"iter"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Found is what a presented key leads to.
type Found struct {
	License ident.LicenseID
	Product ident.ProductID
	Token   ident.TokenID // 0 unless it was a token key
}

// Key is a presented key in all the forms it may have.
type Key struct {
	UUID    ident.UUID // of a license or token key; zero if it is none
	Printed string     // canonical; "" if it is none
	Legacy  []string   // of a legacy key, as it may be stored; the likeliest first

	// Licensee is set instead for a licensee who has proved to be at the client:
	// it leads to the licence for users of the product that is theirs. Client
	// says which of several: the one that this client holds, else the best.
	Licensee string
	Client   string
}

// Store is the licences' part of the database. All methods reach one vendor's
// rows only. "Not found" is a nil pointer or false, never an error. Locks are
// taken in the order device, licences by id.
type Store interface { //nolint:interfacebloat // all that one room stores
	// Product finds a product; nil when there is none.
	Product(t tx.Tx, v ident.VendorID, id ident.UUID) (*Product, error)

	// ProductID gives the inside id of a product; 0 when there is none.
	ProductID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.ProductID, error)

	// FindKey looks a key up: license, token, printed, then legacy (of product,
	// or of any when product is 0).
	FindKey(t tx.Tx, v ident.VendorID, product ident.ProductID, k Key) (Found, bool, error)

	// Replaced gives what a key was that a new one has replaced, of a product, or of any
	// when product is 0; nil when it is no such key.
	Replaced(t tx.Tx, v ident.VendorID, product ident.ProductID, k Key) (*Replaced, error)

	// KeepReplaced remembers keys of a licence, or of a token that an activation has, as
	// replaced.
	KeepReplaced(t tx.Tx, v ident.VendorID, l ident.LicenseID, a ident.ActivationID, keys ...Key) error

	// SaveKeys stores the license key, the printed key, and how far its tokens' keys are
	// replaced. SetTokenKey stores the key of a token, and of its activation.
	SaveKeys(t tx.Tx, l *License) error
	SetTokenKey(t tx.Tx, v ident.VendorID, k *Token) error

	// TokensBySlot gives tokens with slots behind after and up to until, the lowest first.
	TokensBySlot(t tx.Tx, v ident.VendorID, l ident.LicenseID, after, until, limit int64) ([]Token, error)

	// Presented looks a key of any product up as FindKey does, and brings its licence
	// without locking it; nil when there is none.
	Presented(t tx.Tx, v ident.VendorID, k Key) (Found, *License, error)

	// HoldingDays looks at the next licences behind after, in the order of their ids, and
	// gives those that were made until an instant and hold a first or last day. last is
	// the one up to which it looked; 0 when there are none.
	HoldingDays(t tx.Tx, v ident.VendorID, after ident.LicenseID, made time.Time) (ids []ident.LicenseID, last ident.LicenseID, err error)

	// MoveNotices changes the ends by which it is known of licences behind after and
	// until last that these were announced.
	MoveNotices(t tx.Tx, v ident.VendorID, after, last ident.LicenseID, end func(time.Time) time.Time) error

	// LockLicenses gives the licences and locks them in the order of their ids.
	LockLicenses(t tx.Tx, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*License, error)

	// ClientActivations gives a client's present activations of a product: at
	// most one temporary and one other.
	ClientActivations(t tx.Tx, v ident.VendorID, product ident.ProductID, clientID string) ([]*Activation, error)

	// HeldByClient gives a client's present activations of all products with their
	// licences, temporary ones first, with no more of both than Held gives beside
	// their ids. It locks nothing.
	HeldByClient(t tx.Tx, v ident.VendorID, number string) ([]Holding, error)

	// Activation gives a present activation by its outside id or its token's key.
	Activation(t tx.Tx, v ident.VendorID, id ident.UUID) (*Activation, error)

	// PresentActivations gives present activations of a licence, the oldest first: those
	// behind after and up to until. PresentOf gives those of ids that are present ones of it.
	PresentActivations(t tx.Tx, v ident.VendorID, license ident.LicenseID, after, until ident.ActivationID, limit int) ([]*Activation, error)
	PresentOf(t tx.Tx, v ident.VendorID, license ident.LicenseID, ids []ident.UUID) ([]*Activation, error)

	// NewestPresent gives the newest present activation of a licence; 0 for none.
	NewestPresent(t tx.Tx, v ident.VendorID, license ident.LicenseID) (ident.ActivationID, error)

	// CountFiles counts present activations of a licence by a file; with over, only
	// those whose files said that they go on at now.
	CountFiles(t tx.Tx, v ident.VendorID, license ident.LicenseID, over bool, now time.Time) (int64, error)

	// ReleaseOrder gives what is still to be released of a licence; nil for nothing.
	// InsertReleaseOrder, SaveReleaseOrder and DeleteReleaseOrder write it.
	ReleaseOrder(t tx.Tx, v ident.VendorID, license ident.LicenseID) (*ReleaseOrder, error)
	InsertReleaseOrder(t tx.Tx, o *ReleaseOrder, chosen []ident.ActivationID) error
	SaveReleaseOrder(t tx.Tx, o *ReleaseOrder) error
	DeleteReleaseOrder(t tx.Tx, o *ReleaseOrder) error

	// ChosenOf gives present activations that an order for chosen ones has not come to,
	// the oldest first; IsChosen reports whether one is among them.
	ChosenOf(t tx.Tx, o *ReleaseOrder, limit int) ([]*Activation, error)
	IsChosen(t tx.Tx, o *ReleaseOrder, id ident.ActivationID) (bool, error)

	// DeletionOf gives what an owner wants of an activation whose file is in force; nil for
	// nothing. InsertDeletion, SetForCopy and DeleteDeletion write it.
	DeletionOf(t tx.Tx, v ident.VendorID, a ident.ActivationID) (*Deletion, error)
	InsertDeletion(t tx.Tx, d *Deletion) error
	SetForCopy(t tx.Tx, d *Deletion) error
	DeleteDeletion(t tx.Tx, d *Deletion) error

	// DeletionsWaiting gives how many deletions of a licence wait that count, and how many
	// of those for the dashboard.
	DeletionsWaiting(t tx.Tx, v ident.VendorID, license ident.LicenseID) (all, dashboard int64, err error)

	// SetRefreshTold notes what was told of the refresh-by of an activation's newest file.
	SetRefreshTold(t tx.Tx, v ident.VendorID, a *Activation, told RefreshTold) error

	// TokenByKey finds a token by its key, unless that is withdrawn; Token one by its id.
	TokenByKey(t tx.Tx, v ident.VendorID, key ident.UUID) (*Token, error)
	Token(t tx.Tx, v ident.VendorID, id ident.TokenID) (*Token, error)

	// FreeToken gives the free token with the highest slot in this role; nil for none.
	FreeToken(t tx.Tx, v ident.VendorID, l ident.LicenseID, role Role) (*Token, error)

	// TokensInRole gives up to limit tokens, in use or free, by slot (highest first).
	TokensInRole(t tx.Tx, v ident.VendorID, l ident.LicenseID, role Role, inUse bool, limit int64) ([]Token, error)

	InsertTokens(t tx.Tx, v ident.VendorID, tokens []Token) error
	// DeleteFree takes free contract tokens of a licence away, those with the highest
	// slots, and tells how many. One that activations of the past name is kept, and
	// goes to the goodwill instead.
	DeleteFree(t tx.Tx, v ident.VendorID, l ident.LicenseID, limit int64) (int64, error)
	SetRole(t tx.Tx, v ident.VendorID, id ident.TokenID, role Role) error

	// InsertActivation stores an activation, its pulse, and assigns its token.
	InsertActivation(t tx.Tx, v ident.VendorID, product ident.ProductID, a *Activation) error

	// SetDisplayName stores what the owner calls the device of an activation. LastDisplayName
	// gives that of the last activation which the device had of a licence; "" for none.
	SetDisplayName(t tx.Tx, v ident.VendorID, a *Activation) error
	LastDisplayName(t tx.Tx, v ident.VendorID, l ident.LicenseID, d ident.DeviceID) (string, error)

	// SetClientKey stores the public key of an activation's client.
	SetClientKey(t tx.Tx, v ident.VendorID, a *Activation) error

	// ClientKey gives what is remembered of a client's key; the zero value for nothing.
	ClientKey(t tx.Tx, v ident.VendorID, key []byte) (ClientKey, error)

	// CountCall raises the counter of a key to counter, if that is higher, and
	// reports whether it was. A key that is not known is remembered with remember, else
	// counted as nothing, which is higher. It locks the key's row.
	CountCall(t tx.Tx, v ident.VendorID, key []byte, counter int64, remember bool) (k ClientKey, higher bool, err error)

	// ReleaseActivation ends it, writes down what that counts for, and frees its token. Of a
	// client's key it remembers the counter, and that it was given up, if the client did that.
	ReleaseActivation(t tx.Tx, v ident.VendorID, a *Activation, reason Reason) error

	// OldestGoodwill gives the goodwill activations of a licence, oldest first.
	OldestGoodwill(t tx.Tx, v ident.VendorID, l ident.LicenseID, limit int64) ([]*Activation, error)

	// SetGoodwill makes an activation regular (zero times) or goodwill.
	SetGoodwill(t tx.Tx, v ident.VendorID, a *Activation) error

	// Zone gives the zone in which the vendor's months begin.
	Zone(t tx.Tx, v ident.VendorID) (*time.Location, error)

	// MonthPlace gives the number of a device's place in the licence's open month, 0 for
	// none; InsertMonthPlace gives it the last one.
	MonthPlace(t tx.Tx, l *License, d ident.DeviceID) (int64, error)
	InsertMonthPlace(t tx.Tx, l *License, d ident.DeviceID) error

	// SetPlace stores an activation's place in a month.
	SetPlace(t tx.Tx, v ident.VendorID, a *Activation) error

	// KeepMonth keeps the licence's month among those of the past. TakeMonth takes the
	// one that begins as the licence's out of them, and gives its count; 0 for none.
	KeepMonth(t tx.Tx, l *License) error
	TakeMonth(t tx.Tx, l *License) (used int64, err error)

	// SetOffline marks an activation as one by a file, and until when that goes on.
	SetOffline(t tx.Tx, v ident.VendorID, a *Activation) error

	// UpdateClient stores what a client says of itself.
	UpdateClient(t tx.Tx, v ident.VendorID, a *Activation) error

	// RecordHeartbeat moves the pulse and, with news, writes a history row. One whose
	// counter is not above the pulse's changes nothing, and gets that counter.
	RecordHeartbeat(t tx.Tx, v ident.VendorID, a *Activation, news bool, h Heartbeat) (highest int64, err error)

	InsertLicense(t tx.Tx, l *License) error

	// SaveCounters stores the counters and tallies, the month, used up, first activation and last slot.
	SaveCounters(t tx.Tx, l *License) error

	// SaveMeasured stores what was consumed of limitations that end the licence.
	SaveMeasured(t tx.Tx, l *License) error

	// SaveLicense stores everything that staff can change, and the counters.
	SaveLicense(t tx.Tx, l *License) error

	// Pressed gives licences of an edition that are on goodwill or used up, by id
	// after one of them.
	Pressed(t tx.Tx, v ident.VendorID, edition ident.EditionID, after ident.LicenseID, limit int) ([]ident.LicenseID, error)

	// Fuller gives licences of an edition with more than used regular activations, by id after one of them.
	Fuller(t tx.Tx, v ident.VendorID, edition ident.EditionID, used int64, after ident.LicenseID, limit int) ([]ident.LicenseID, error)

	// NoteFitting remembers a licence whose tokens have yet to follow its limits, and
	// EndFitting that they do.
	NoteFitting(t tx.Tx, v ident.VendorID, l ident.LicenseID) error
	EndFitting(t tx.Tx, v ident.VendorID, l ident.LicenseID) error

	// MoveAddress gives at most limit licences of the customer that have its former address
	// another one, and tells how many. AddressOf locks the customer.
	MoveAddress(t tx.Tx, m AddressMove, address string, limit int) (moved int, err error)
	AddressOf(t tx.Tx, v ident.VendorID, customer ident.CustomerID) (string, error)

	// NoteAddressMove remembers that licences have a former address of their customer, and
	// EndAddressMove that none has it.
	NoteAddressMove(t tx.Tx, m AddressMove) error
	EndAddressMove(t tx.Tx, m AddressMove) error

	// MoveLicensee gives at most limit licences that name the former address the new one,
	// and tells how many it were.
	MoveLicensee(t tx.Tx, m LicenseeMove, limit int) (int, error)

	// NoteLicenseeMove keeps that licences have yet to follow, where there are more. What
	// was to go to the former address goes to the new one.
	NoteLicenseeMove(t tx.Tx, m LicenseeMove, more bool) error

	// EndLicenseeMove forgets a move that all licences have followed.
	EndLicenseeMove(t tx.Tx, m LicenseeMove) error

	HandOverStore

	// NoteEditionFitting remembers that licences of an edition, those behind after, have
	// yet to be looked through for room that its limits make. LockEditionFitting gives
	// that place, if there is one, and EndEditionFitting forgets it.
	NoteEditionFitting(t tx.Tx, v ident.VendorID, edition ident.EditionID, after ident.LicenseID) error
	LockEditionFitting(t tx.Tx, v ident.VendorID, edition ident.EditionID) (after ident.LicenseID, noted bool, err error)
	EndEditionFitting(t tx.Tx, v ident.VendorID, edition ident.EditionID) error

	// CountDenial counts a refused call per licence, reason and hour.
	CountDenial(t tx.Tx, v ident.VendorID, l ident.LicenseID, reason int, at time.Time) error

	// NoteRefused keeps the refusal among the last ones of its licence.
	NoteRefused(t tx.Tx, v ident.VendorID, r Refused) error

	// License gives a licence without locking it, LicenseID the key of one by its
	// outside id; nil and 0 for none.
	License(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*License, error)
	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)

	// ClientOf gives a device and its present activation of a licence, with its key
	// and version; the zero Device and nil where there is none.
	ClientOf(t tx.Tx, v ident.VendorID, l ident.LicenseID, number string) (Device, *Activation, error)

	// InsertUser and DeleteUser report whether that changed anything.
	InsertUser(t tx.Tx, v ident.VendorID, l ident.LicenseID, user string) (bool, error)
	DeleteUser(t tx.Tx, v ident.VendorID, l ident.LicenseID, user string) (bool, error)
	HasUser(t tx.Tx, v ident.VendorID, l ident.LicenseID, user string) (bool, error)
	CountUsers(t tx.Tx, v ident.VendorID, l ident.LicenseID) (int64, error)

	// Users gives the first user ids, in their order of adding.
	Users(t tx.Tx, v ident.VendorID, l ident.LicenseID, limit int) ([]string, error)

	// CountNewDevices adds the devices that were activated on licences for the first time,
	// from where it was last up to until, to those which nobody was told of; more is true
	// after limit of them. The first time there is no story to tell.
	CountNewDevices(t tx.Tx, v ident.VendorID, until time.Time, limit int) (more bool, err error)

	// TakeNewDevices gives the new devices of a licence that nobody was told of, named the newest
	// of them, and keeps that they were told of now; none unless that is before since last time.
	TakeNewDevices(t tx.Tx, v ident.VendorID, l ident.LicenseID, before time.Time, named int) (NewDevices, error)

	// NoteEnd remembers that something was said of a licence's end; false when it was said before.
	NoteEnd(t tx.Tx, v ident.VendorID, l ident.LicenseID, kind string, ends time.Time) (bool, error)

	// ForgetEnd takes that back, for an end that is none any more; false when nothing was said.
	ForgetEnd(t tx.Tx, v ident.VendorID, l ident.LicenseID, kind string, ends time.Time) (bool, error)

	// Customer and Edition are what a new licence refers to; nil when there is none.
	Customer(t tx.Tx, v ident.VendorID, id ident.UUID) (*Customer, error)
	Edition(t tx.Tx, v ident.VendorID, id ident.UUID) (*Edition, *Product, error)

	// IsArchived reports whether an edition or its product is archived.
	IsArchived(t tx.Tx, v ident.VendorID, edition ident.EditionID) (bool, error)

	// Uses tells what has become of a licence: activations, present and past, sessions, and consumptions.
	Uses(t tx.Tx, v ident.VendorID, l ident.LicenseID) (activations, sessions, consumptions int64, err error)

	// DeleteLicense deletes a licence that was never used, with its tokens and users.
	DeleteLicense(t tx.Tx, v ident.VendorID, l ident.LicenseID) error
}

// Due is an activation that a periodic run has to end.
type Due struct {
	Vendor     ident.VendorID
	Activation ident.UUID
}

// Fitting is a licence whose tokens have yet to follow its limits.
type Fitting struct {
	Vendor  ident.VendorID
	License ident.LicenseID
}

// Releasing is a licence of which activations are still to be released.
type Releasing struct {
	Vendor  ident.VendorID
	License ident.LicenseID
}

// EditionFitting is an edition whose limits have yet to reach licences.
type EditionFitting struct {
	Vendor  ident.VendorID
	Edition ident.EditionID
}

// Reader answers the calls that change nothing, from committed data.
type Reader interface { //nolint:interfacebloat // all that is read of one room
	// Held gives what a client holds of a product: its present activations with
	// their licences, the temporary one first.
	Held(ctx context.Context, v ident.VendorID, product ident.UUID, number string) ([]Holding, error)

	// KeysHeld gives the public keys of the present activations of the client with
	// this name, of all products.
	KeysHeld(ctx context.Context, v ident.VendorID, number string) ([][]byte, error)

	// ProductExists tells an unknown product from an unknown client.
	ProductExists(ctx context.Context, v ident.VendorID, product ident.UUID) (bool, error)

	// TokenState finds a token by its key; nil when there is none.
	TokenState(ctx context.Context, v ident.VendorID, key ident.UUID) (*Token, error)

	// ReplacedKey is Store.Replaced, of a product by its outside id; zero for any.
	ReplacedKey(ctx context.Context, v ident.VendorID, product ident.UUID, k Key) (*Replaced, error)

	// ByKey gives the licence that a key leads to; nil when there is none.
	ByKey(ctx context.Context, v ident.VendorID, product ident.UUID, k Key) (*License, error)

	// ByCustomer and ByUser give a customer's and a user's licences of a product, in
	// the order of issue. A user is the licensee, or one whom the licence names.
	ByCustomer(ctx context.Context, v ident.VendorID, product ident.UUID, customerNumber string) iter.Seq2[*License, error]
	ByUser(ctx context.Context, v ident.VendorID, product ident.UUID, user string) iter.Seq2[*License, error]

	// UsersOf gives the first user ids of a licence, in their order of adding.
	UsersOf(ctx context.Context, v ident.VendorID, l ident.LicenseID, limit int) ([]string, error)

	// Silent gives present activations not seen for their product's
	// maximum_inactive_days; GoodwillOver those whose goodwill has ended at now.
	Silent(ctx context.Context, now time.Time, limit int) ([]Due, error)
	GoodwillOver(ctx context.Context, now time.Time, limit int) ([]Due, error)

	// DeletionsDue gives present activations that their owners have deleted, and whose
	// files have ended at now.
	DeletionsDue(ctx context.Context, now time.Time, limit int) ([]Due, error)

	// RefreshesUntold gives present activations whose newest file wants a refresh after from
	// and until to, of which less was told. RefreshAfter gives the first refresh-by after an
	// instant, in milliseconds; zero for none.
	RefreshesUntold(ctx context.Context, v ident.VendorID, told RefreshTold, from, to time.Time, limit int) ([]Due, error)
	RefreshAfter(ctx context.Context, v ident.VendorID, after time.Time) (int64, error)

	// MonthOf gives the month that a licence counted last.
	MonthOf(ctx context.Context, v ident.VendorID, l ident.LicenseID) (Month, error)

	// MonthsOver gives licences whose month has ended, and that were used up or above the
	// contract in it.
	MonthsOver(ctx context.Context, now time.Time, limit int) ([]Fitting, error)

	// Ending gives licences that may end after from and until to, and of whose end this kind of notice was not given. It may
	// give more; what it gives is looked at again under a lock.
	Ending(ctx context.Context, v ident.VendorID, kind string, from, to time.Time) iter.Seq2[ident.LicenseID, error]

	// EndAfter gives the first instant after another, in milliseconds, at which a licence may end; zero for none that is near.
	EndAfter(ctx context.Context, v ident.VendorID, after time.Time) (int64, error)

	// NewDevicesDue gives licences with new devices that were told of at an instant or before it;
	// NextNewDevices the next instant at which there may be any, in milliseconds; zero for none.
	NewDevicesDue(ctx context.Context, v ident.VendorID, before time.Time, limit int) ([]ident.LicenseID, error)
	NextNewDevices(ctx context.Context, after, every time.Duration) (int64, error)

	// LicenseeMoves gives the addresses of people whose new one has yet to reach licences.
	LicenseeMoves(ctx context.Context) ([]LicenseeMove, error)

	HandOverReader

	// AddressMoves gives the customers whose new address has yet to reach licences.
	AddressMoves(ctx context.Context) ([]AddressMove, error)

	// Fittings and EditionFittings give what has yet to follow its limits.
	Fittings(ctx context.Context, limit int) ([]Fitting, error)
	EditionFittings(ctx context.Context) ([]EditionFitting, error)

	// ReleaseOrders gives licences of which something is still to be released.
	ReleaseOrders(ctx context.Context, limit int) ([]Releasing, error)

	// Settled gives all vendors but those whose days are being moved to another zone.
	Settled(ctx context.Context) ([]ident.VendorID, error)
}

// Holding is what one read brings for a client: of the licence and the activation
// no more than a heartbeat is decided by and answered with.
type Holding struct {
	License    *License
	Activation *Activation
}

// Pulses takes heartbeats that change nothing, to be written within a second.
type Pulses interface {
	// Seen records one heartbeat; an Unavailable fault when too many are waiting. One
	// whose counter is not above that of a waiting one is not recorded, and gets that
	// counter; 0 is no counter.
	Seen(v ident.VendorID, a ident.ActivationID, at time.Time, counter int64) (highest int64, err error)
}

// Denial is how often calls of a licence were refused for one reason within an hour.
type Denial struct {
	Hour   time.Time // its beginning
	Reason int       // the protocol's number
	Denied int64
}

// How many history rows heartbeats that bring news make. Beyond HistoryOfDay the
// day's newest row is written over; beyond HistoryOfActivation the oldest go.
const (
	HistoryOfDay        = 24
	HistoryOfActivation = 1000
)

// Heartbeat is one row of an activation's history.
type Heartbeat struct {
	ID      int64 // filled by lists only
	At      time.Time
	Day     int64 // DayOf At; filled by lists only, as Count: that finished day's heartbeats, in its newest row
	Count   int64
	Client  Client
	GroupID string
	UserID  string
	Counter int64 // of its signature, not kept with it; 0 for none
}
