package licensing

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// HandOverLife is how long the new person has to confirm a hand-over.
const HandOverLife = 7 * 24 * time.Hour

const (
	handOverPrefix = "chh_"
	handOverSecret = 32 // bytes
)

// HandOver is a licence that is to get another licensee. Nothing changes until the new
// person confirms it by a link, which is kept as its hash.
type HandOver struct {
	ID        int64
	License   ident.LicenseID
	AskedBy   ident.UserID
	Former    string // the licensee at the request
	Address   string // of the new person
	Name      string // as who has asked wrote it; may be empty
	AskedAt   time.Time
	ExpiresAt time.Time
	Ended     HandOverEnd // "" while it is pending

	LicenseUUID ident.UUID // as it is read

	// NewerAt is when the pending one was asked for that has replaced this one; zero for none.
	NewerAt time.Time
}

// HandOverEnd is why a hand-over is over.
type HandOverEnd string

// The ends.
const (
	HandOverUsed      HandOverEnd = "used"
	HandOverReplaced  HandOverEnd = "replaced"  // by a newer one of the licence
	HandOverCancelled HandOverEnd = "cancelled" // by its licensee, an administrator, or staff
	HandOverMoved     HandOverEnd = "moved"     // the licence got another licensee or customer otherwise, or the new person left the address
)

// good reports whether a hand-over can be confirmed.
func (h *HandOver) good(l *License, now time.Time) bool {
	return h != nil && l != nil && h.Ended == "" && now.Before(h.ExpiresAt) && h.Former == l.LicenseeEmail
}

// HandOverStore keeps hand-overs.
type HandOverStore interface {
	// PutHandOver stores a pending hand-over; the licence has none.
	PutHandOver(t tx.Tx, v ident.VendorID, h HandOver, hash [sha256.Size]byte) error

	// HandOverBy finds one by its hash, over or not; nil for none.
	HandOverBy(t tx.Tx, v ident.VendorID, hash [sha256.Size]byte) (*HandOver, error)

	// HandOverOf finds the one of a licence that has not ended, and may have run out; nil for none.
	HandOverOf(t tx.Tx, v ident.VendorID, l ident.LicenseID) (*HandOver, error)

	// EndHandOver ends the pending one of a licence, and reports whether there was one.
	EndHandOver(t tx.Tx, v ident.VendorID, l ident.LicenseID, why HandOverEnd) (ended bool, err error)

	// LeavesAddress reports whether licences are still leaving an address for another one.
	LeavesAddress(t tx.Tx, v ident.VendorID, address string) (bool, error)

	// ForgetHandOvers removes those whose time is over, of all vendors.
	ForgetHandOvers(t tx.Tx, before time.Time) error
}

// HandOverReader reads hand-overs.
type HandOverReader interface {
	// PendingHandOver reads that of a licence; nil for none.
	PendingHandOver(ctx context.Context, v ident.VendorID, l ident.LicenseID) (*HandOver, error)

	// LookHandOver is HandOverBy outside of a transaction, with its licence.
	LookHandOver(ctx context.Context, v ident.VendorID, hash [sha256.Size]byte) (*HandOver, *License, error)
}

// HandOverCommand asks for a hand-over.
type HandOverCommand struct {
	Vendor  ident.VendorID
	License ident.LicenseID
	By      ident.UserID
	Address string
	Name    string
}

// AskHandOver asks for another licensee, in the place of one that was asked for before. It
// returns the licence, and the secret of the link that the new person is to be sent.
func (s *Service) AskHandOver(t tx.Tx, c HandOverCommand) (l *License, h HandOver, secret string, err error) {
	if l, err = s.Locked(t, c.Vendor, c.License); err != nil {
		return nil, HandOver{}, "", err
	}
	if l == nil {
		return nil, HandOver{}, "", fault.Missing("license")
	}
	if h, err = readHandOver(l, c, t.Now()); err != nil {
		return nil, HandOver{}, "", err
	}
	if _, err = s.store.EndHandOver(t, c.Vendor, l.ID, HandOverReplaced); err != nil {
		return nil, HandOver{}, "", err
	}
	secret = handOverPrefix + base64.RawURLEncoding.EncodeToString(s.ids.Secret(handOverSecret))
	if err = s.store.PutHandOver(t, c.Vendor, h, sha256.Sum256([]byte(secret))); err != nil {
		return nil, HandOver{}, "", err
	}
	journalHandOver(t, l, "license.hand_over_requested", &h)
	return l, h, secret, nil
}

func readHandOver(l *License, c HandOverCommand, now time.Time) (HandOver, error) {
	var wrong fault.Fields
	h := HandOver{License: l.ID, AskedBy: c.By, Former: l.LicenseeEmail, AskedAt: now, ExpiresAt: now.Add(HandOverLife)}
	h.Address = entry.Email(&wrong, "email", c.Address, "")
	h.Name = entry.Name(&wrong, "name", c.Name, "", 0, maxText)
	wrong.Check(h.Address != "", "email", "must be one e-mail address such as anna@example.com")
	if now, ok := entry.Address(l.LicenseeEmail); ok && h.Address != "" {
		wrong.Check(now != h.Address, "email", "is the licensee's already")
	}
	return h, wrong.Err()
}

// CancelHandOver takes a pending hand-over back.
func (s *Service) CancelHandOver(t tx.Tx, v ident.VendorID, license ident.LicenseID) error {
	l, err := s.Locked(t, v, license)
	if err != nil {
		return err
	}
	if l == nil {
		return fault.Missing("license")
	}
	h, err := s.store.HandOverOf(t, v, l.ID)
	switch {
	case err != nil:
		return err
	case h == nil:
		return fault.Refused("hand_over_over", "No hand-over of this licence waits to be confirmed.",
			"Look at the licence: it may have been confirmed meanwhile.")
	case !h.good(l, t.Now()):
		return fault.Refused("hand_over_over", "This hand-over has run out: nobody confirmed it in time, and the licence stays with its licensee.",
			"Nothing is left to cancel.")
	}
	if _, err = s.store.EndHandOver(t, v, l.ID, HandOverCancelled); err != nil {
		return err
	}
	journalHandOver(t, l, "license.hand_over_cancelled", nil)
	return nil
}

// HandOverLink tells what a link would change, without using it. It can be used where good
// is set; h and l are nil for a link that nothing is known of any more.
func (s *Service) HandOverLink(ctx context.Context, v ident.VendorID, secret string) (h *HandOver, l *License, good bool, err error) {
	h, l, err = s.reader.LookHandOver(ctx, v, sha256.Sum256([]byte(secret)))
	return h, l, err == nil && h.good(l, s.ids.Clock.Now()), err
}

// PendingHandOver reads the hand-over of a licence that waits to be confirmed; nil for none.
func (s *Service) PendingHandOver(ctx context.Context, l *License) (*HandOver, error) {
	h, err := s.reader.PendingHandOver(ctx, l.Vendor, l.ID)
	if err != nil || !h.good(l, s.ids.Clock.Now()) {
		return nil, err
	}
	return h, nil
}

// HandOverBy finds the hand-over of a link, over or not, before its licence is locked; nil
// for none.
func (s *Service) HandOverBy(t tx.Tx, v ident.VendorID, secret string) (*HandOver, error) {
	return s.store.HandOverBy(t, v, sha256.Sum256([]byte(secret)))
}

// ConfirmHandOver uses up a hand-over that a link has found: the licence has the new licensee
// from then on. Of two at once one does it, and none whose hand-over is over; used is false then.
func (s *Service) ConfirmHandOver(t tx.Tx, v ident.VendorID, h *HandOver, by tx.Actor) (l *License, used bool, err error) {
	if l, err = s.Locked(t, v, h.License); err != nil {
		return nil, false, err
	}
	// Behind the lock it must be the one that waits: it may have ended meanwhile.
	waits, err := s.store.HandOverOf(t, v, h.License)
	if err != nil || !waits.good(l, t.Now()) || waits.ID != h.ID {
		return nil, false, err
	}
	leaving, err := s.store.LeavesAddress(t, v, h.Address)
	if err != nil {
		return nil, false, err
	}
	if leaving {
		return nil, false, fault.Refused("address_busy", "Licences are still leaving this address for another one.", "Try again in some minutes.")
	}
	if used, err = s.store.EndHandOver(t, v, l.ID, HandOverUsed); err != nil || !used {
		return nil, false, err
	}
	before := viewOf(l, t.Now())
	l.LicenseeEmail = h.Address
	l.Revision++
	return l, true, s.saveAs(t, l, before, tx.Entry{Action: "license.handed_over", By: by})
}

// ForgetHandOvers removes hand-overs whose time is over: periodic work.
func (s *Service) ForgetHandOvers(t tx.Tx) error { return s.store.ForgetHandOvers(t, t.Now()) }

type handOverView struct {
	LicenseeEmail string     `json:"licensee_email"`
	Name          string     `json:"name,omitempty"`
	ExpiresAt     *time.Time `json:"expires_at,omitempty"`
}

func journalHandOver(t tx.Tx, l *License, action string, h *HandOver) {
	e := tx.Entry{Vendor: l.Vendor, Action: action, Subject: licenseSubject, ID: l.UUID, License: l.ID}
	if h != nil {
		e.Before, e.After = handOverView{LicenseeEmail: l.LicenseeEmail}, handOverView{h.Address, h.Name, &h.ExpiresAt}
	}
	t.Journal(e)
}
