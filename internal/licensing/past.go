package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Past is how a history is stored that was made elsewhere, many rows at a time:
// the demo's, and whoever brings data of another system. Nothing is judged: the
// caller vouches for what the rules would have seen to, and `chancery verify`
// finds what does not add up.
type Past interface {
	// Edition, Product and Customer are what licences refer to; nil when there is none.
	Edition(t tx.Tx, v ident.VendorID, id ident.UUID) (*Edition, *Product, error)
	Customer(t tx.Tx, v ident.VendorID, id ident.UUID) (*Customer, error)

	// PastLicenses stores licences as they stand, with their counters, and sets their ids.
	PastLicenses(t tx.Tx, v ident.VendorID, all []*License) error

	// PastTokens stores tokens, free as yet, and sets their ids.
	PastTokens(t tx.Tx, v ident.VendorID, all []*Token) error

	// PastActivations stores activations with their devices and pulses, assigns the
	// tokens of those that are present, and sets all ids. A device appears once.
	PastActivations(t tx.Tx, v ident.VendorID, all []*PastActivation) error

	// PastHeartbeats stores history rows.
	PastHeartbeats(t tx.Tx, v ident.VendorID, all []PastHeartbeat) error

	// CountDenial counts a refused call per licence, reason and hour.
	CountDenial(t tx.Tx, v ident.VendorID, l ident.LicenseID, reason int, at time.Time) error

	// NoteRefused keeps a refusal among the last ones of its licence.
	NoteRefused(t tx.Tx, v ident.VendorID, r Refused) error
}

// PastActivation is an activation of a product.
type PastActivation struct {
	Activation

	Product ident.ProductID

	// EnteredGoodwill is when it came into the goodwill zone, of one that has become regular.
	EnteredGoodwill time.Time

	// LeftGoodwill is when and why it left the goodwill zone, when it did; why is "" where it became regular.
	LeftGoodwill   time.Time
	LeftGoodwillBy Reason
}

// PastHeartbeat is a history row, with how many heartbeats of its day it stands for.
type PastHeartbeat struct {
	Activation ident.ActivationID
	At         time.Time
	Count      int64
	Client     *Client
}

// PrintedKeyOf makes a printed key.
func PrintedKeyOf(ids ident.Source) string { return newPrintedKey(ids) }

// JournalIssued records that a licence was issued.
func JournalIssued(t tx.Tx, l *License) {
	t.Journal(tx.Entry{Vendor: l.Vendor, Action: EventIssued, Subject: licenseSubject, ID: l.UUID, License: l.ID, After: viewOf(l, t.Now())})
}
