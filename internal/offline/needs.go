package offline

import (
	"context"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
	"chancery/signed"
)

// Keys opens what is sealed to a vendor, and signs what it hands out.
type Keys interface {
	// OpenRequest fails with the errors of package signed.
	OpenRequest(ctx context.Context, v ident.VendorID, request signed.Sealed) ([]byte, error)

	// ForFiles gives the key that signs files for a program which pins these kids.
	ForFiles(ctx context.Context, v ident.VendorID, trusted []string) (FileKey, error)
}

// FileKey signs files for one program.
type FileKey struct {
	NextKeys []string // the announcements of the keys that follow it
	KeyList  string   // the newest list of the vendor's root key; "" for none
	Sign     func(typ string, payload []byte) ([]byte, error)
}

// Users proves that a licence's user has made a request.
type Users interface {
	// Prove checks a password or a code; proven is nil when anything about it is wrong,
	// which takes as long. Too many tries are a Throttled fault.
	Prove(ctx context.Context, v ident.VendorID, r signed.ActivationRequest, from netip.Addr) (proven Proven, err error)
}

// Proven is a user who was proved.
type Proven interface {
	Email() string

	// Use uses the proof in the transaction of the activation; false when it does not hold
	// any more. Return gives a single-use code back, where the activation was refused.
	Use(t tx.Tx) (bool, error)
	Return(t tx.Tx) error
}

// Licenses is the room that knows licences and who holds their places.
type Licenses interface {
	// Activate takes a place for the request's client by the rules of calls. licensee is the
	// proved user's address, "" for a request with a key. A refusal comes with the licence
	// that it is of, where one was found.
	Activate(t tx.Tx, v ident.VendorID, r signed.ActivationRequest, licensee string) (Place, *refusal.Refusal, error)

	// Place gives an activation, present or past, and locks its device and licence; nil
	// when there is none.
	Place(t tx.Tx, v ident.VendorID, activation ident.UUID) (*Place, error)

	// HandOut gives what a file of a present activation says, and notes that it was handed
	// out. It is refused where no file may be made.
	HandOut(ctx context.Context, v ident.VendorID, p Place) (*Grant, *refusal.Refusal, error)

	// Look is HandOut for a file that was handed out before: it notes nothing.
	Look(ctx context.Context, v ident.VendorID, p Place) (*Grant, *refusal.Refusal, error)

	// Describe keeps what a device says of itself in a report.
	Describe(t tx.Tx, v ident.VendorID, p Place, variables map[string]string) error

	// GiveUp ends the activation, if it is present still. It is counted, and never refused.
	GiveUp(t tx.Tx, v ident.VendorID, p Place) (ended bool, err error)
}

// Meters counts what was consumed.
type Meters interface {
	// Left gives what is left of each limit of the licence.
	Left(t tx.Tx, v ident.VendorID, p Place) (map[ident.UUID]int64, error)

	// Count counts all of it, also over a limit; over are the limitations that are exceeded.
	// What the licence does not have any more is left out.
	Count(t tx.Tx, v ident.VendorID, p Place, used map[ident.UUID]int64, report string) (over []ident.UUID, err error)
}

// Place is an activation as files need it.
type Place struct {
	Activation  ident.UUID
	TokenKey    ident.UUID
	License     ident.LicenseID
	LicenseUUID ident.UUID
	Product     ident.UUID
	Device      ident.DeviceID
	ClientID    string
	ClientKey   []byte // Ed25519; nil for none
	Ended       bool
	Copy        int        // above 0: it is listed as ClientID, and calls itself what stands before its "~"
	Beside      ident.UUID // of a copy that was activated just now: the device that has a file under its name
}

// Called gives what the device calls itself.
func (p Place) Called() string {
	if p.Copy == 0 {
		return p.ClientID
	}
	return strings.TrimSuffix(p.ClientID, "~"+strconv.Itoa(p.Copy))
}

// Grant is what a file says of a licence at this moment.
type Grant struct {
	Info      json.RawMessage // LicenseInfo without keys
	Serial    int64
	RefreshBy time.Time // zero: as long as the licence
	License   string    // names, for people
	Product   string
	Device    string
}

// Store keeps what is known of requests and reports; the place of each is locked. "Not found" is nil or false, never
// an error.
type Store interface { //nolint:interfacebloat // all that one room stores
	// Request gives the activation that a request has led to. ForgetRequests keeps the newest
	// of an activation.
	Request(t tx.Tx, v ident.VendorID, id ident.UUID) (r Request, found bool, err error)
	InsertRequest(t tx.Tx, v ident.VendorID, r Request) error
	ForgetRequests(t tx.Tx, v ident.VendorID, activation ident.UUID, keep int) error

	// Trusted gives the kids that the program of an activation pins, as its request named them.
	Trusted(ctx context.Context, v ident.VendorID, activation ident.UUID) ([]string, error)

	// Reported finds a report by the hash of its document.
	Reported(t tx.Tx, v ident.VendorID, hash string) (r Reported, found bool, err error)
	InsertReported(t tx.Tx, v ident.VendorID, r Reported) error

	// Told gives the reports of an activation with this number and the numbers beside it.
	Told(t tx.Tx, v ident.VendorID, activation ident.UUID, number int64) ([]Told, error)

	// Silent gives the device of this place's name that may have used more than it has told,
	// and of which nothing was presumed yet; zero for none. Presumed gives what was, as far
	// as no report has covered it; SavePresumed writes amounts, and leaves others alone.
	Silent(t tx.Tx, v ident.VendorID, p Place) (ident.UUID, error)
	Presumed(t tx.Tx, v ident.VendorID, activation ident.UUID) (map[ident.UUID]int64, error)
	SavePresumed(t tx.Tx, v ident.VendorID, p Place, amounts map[ident.UUID]int64) error

	// Histories gives those of an activation and locks them, the oldest first.
	Histories(t tx.Tx, v ident.VendorID, activation ident.UUID) ([]History, error)
	SaveHistory(t tx.Tx, v ident.VendorID, h *History) error

	// NoteFile writes an exchange down, or counts that it was brought again; first tells
	// which. content is the answer that counts: of a request the one that is kept, unless it is
	// the one that this one goes back instead of. ForgetRefused keeps the newest refused ones of a licence, ForgetAnswered the
	// newest others of an activation, ForgetContentsOf the contents of a licence that were had last.
	NoteFile(t tx.Tx, v ident.VendorID, f File) (first bool, content []byte, err error)
	ForgetRefused(t tx.Tx, v ident.VendorID, license ident.LicenseID, keep int) error
	ForgetAnswered(t tx.Tx, v ident.VendorID, activation ident.UUID, keep int) error
	ForgetContentsOf(t tx.Tx, v ident.VendorID, license ident.LicenseID, keep int) error
	File(t tx.Tx, v ident.VendorID, id ident.UUID) (f File, found bool, err error)
	SettleFile(t tx.Tx, v ident.VendorID, id int64, now time.Time) error

	// Kept gives the answer that is kept of what came with this hash for a licence; nil for none.
	Kept(ctx context.Context, v ident.VendorID, license ident.LicenseID, hash string) ([]byte, error)

	// Copied gives the place of a device that has copies.
	Copied(t tx.Tx, v ident.VendorID, activation ident.UUID) (p Place, found bool, err error)
	SettleCopies(t tx.Tx, v ident.VendorID, activation ident.UUID, now time.Time) error

	// Counted gives up to which of an activation's records its meters count.
	Counted(ctx context.Context, v ident.VendorID, activation ident.UUID) (signed.Mark, error)
}

// Request is a request for a licence that was granted.
type Request struct {
	ID          ident.UUID
	License     ident.LicenseID
	Activation  ident.UUID
	ClientKey   []byte
	TrustedKeys []string
	Copy        int // of its place
	At          time.Time
}

// Reported is a report that was counted: its receipt is made again from it.
type Reported struct {
	Hash       string // of its document
	License    ident.LicenseID
	Activation ident.UUID
	Intent     string
	Number     int64  // among the activation's
	Previous   string // hash of the one before
	Over       int    // how many limits it brought the licence over
	Copied     bool   // it came from a copy of the device
	At         time.Time
}
