package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// LinkKind is what a link or a code that was sent to a user is for.
type LinkKind string

// The kinds. A user has one of a kind at a time: a newer one ends it, and so do
// its use and a change of the password.
const (
	Recovery   LinkKind = "recovery"
	Invitation LinkKind = "invitation"
	Activation LinkKind = "activation" // a code that activates one client
	NewAddress LinkKind = "address"    // confirms a new address, from there
)

// life is how long a link of this kind is good for.
func (k LinkKind) life() time.Duration {
	switch k {
	case Invitation:
		return 7 * 24 * time.Hour
	case Activation, NewAddress:
		return 24 * time.Hour
	case Recovery:
	}
	return time.Hour
}

const linkPrefix = "chl_"

// Link is a link as it is stored: by a hash of its token.
type Link struct {
	Kind      LinkKind
	Person    Person
	Hash      [sha256.Size]byte
	ExpiresAt time.Time
	Address   string // of the kind NewAddress: the new one

	// NewerSentAt is when the link was sent that has replaced this one, where it is known.
	NewerSentAt time.Time
}

// LinkStore keeps links.
type LinkStore interface {
	// Put stores l, in the place of an older one of its kind, which is remembered until
	// it would have ended.
	Put(t tx.Tx, vendor ident.VendorID, l Link) error

	// Take removes the link with this hash, of one of these kinds, and gives it,
	// expired or not; of two at once one gets it. Its person is locked.
	Take(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte, kinds ...LinkKind) (l Link, found bool, err error)

	// Find reads a link without using it.
	Find(ctx context.Context, vendor ident.VendorID, hash [sha256.Size]byte) (l Link, found bool, err error)

	// Newer tells when the link was sent that has replaced the one with this hash; zero
	// for none that is still good.
	Newer(ctx context.Context, vendor ident.VendorID, hash [sha256.Size]byte) (time.Time, error)

	// Of reads the link of a kind that a user has been sent; found is false for none.
	Of(ctx context.Context, vendor ident.VendorID, user ident.UserID, kind LinkKind) (l Link, found bool, err error)

	// Drop removes the link of a kind that a user has been sent.
	Drop(t tx.Tx, vendor ident.VendorID, user ident.UserID, kind LinkKind) error

	// Forget removes links that ended before an instant, of all vendors.
	Forget(t tx.Tx, before time.Time) error
}

// Letter is a message that must reach a user: whoever reads it can act as them.
type Letter struct {
	Kind      LinkKind
	Person    Person
	Face      Face   // where its link leads
	Secret    string // the link's token, or the code
	ExpiresAt time.Time
	About     About
	Address   string // of the kind NewAddress: where it goes
}

// About is what an invitation is to, where it is not the vendor's staff.
type About struct {
	Customer string // whose licences
	Role     string // in words
}

// Post sends letters and notices. Both commit with the transaction; what it keeps of a
// letter's secret after sending is its business to forget.
type Post interface {
	Queue(t tx.Tx, vendor ident.VendorID, l Letter) error
	Tell(t tx.Tx, vendor ident.VendorID, n Notice) error
}

// look finds a link by its token without using it. One of another kind is like one that
// does not exist; of one that a newer link has replaced, it tells since when.
func look(ctx context.Context, s LinkStore, vendor ident.VendorID, token string, now time.Time, kinds ...LinkKind) (Link, error) {
	hash := sha256.Sum256([]byte(token))
	l, found, err := s.Find(ctx, vendor, hash)
	if err != nil {
		return Link{}, err
	}
	if found && l.good(now, kinds...) {
		return l, nil
	}
	newer, err := s.Newer(ctx, vendor, hash)
	if err == nil {
		err = errLink()
	}
	return Link{NewerSentAt: newer}, err
}

// good reports whether a link of these kinds is of use.
func (l Link) good(now time.Time, kinds ...LinkKind) bool {
	return slices.Contains(kinds, l.Kind) && now.Before(l.ExpiresAt) && l.Person.DisabledAt == nil
}

// send makes a link, or a code, and queues its letter, of which all is given but when
// it ends.
func (r *Links) send(t tx.Tx, vendor ident.VendorID, letter Letter) (Letter, error) {
	letter.ExpiresAt = t.Now().Add(letter.Kind.life())
	l := Link{Kind: letter.Kind, Person: letter.Person, Hash: sha256.Sum256([]byte(letter.Secret)), ExpiresAt: letter.ExpiresAt}
	if letter.Kind == Activation {
		l.Hash = codeHash(letter.Secret) // people type it
	}
	if err := r.c.Store.Put(t, vendor, l); err != nil {
		return Letter{}, err
	}
	return letter, r.c.Post.Queue(t, vendor, letter)
}

func newLinkToken(ids ident.Source) string {
	return linkPrefix + base64.RawURLEncoding.EncodeToString(ids.Secret(secretBytes))
}

// LinkOver says that a link can't be used, whatever the reason.
func LinkOver() *fault.Error { return errLink() }

func errLink() *fault.Error {
	return &fault.Error{
		Kind: fault.NotFound, Code: "link_unknown", Message: "This link has been used, has run out, or was replaced by a newer one.",
		Help: "Ask for a new one; only the newest mail's link works.",
	}
}
