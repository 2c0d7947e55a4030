package vendors

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"chancery/internal/colour"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// Store keeps vendors.
type Store interface { //nolint:interfacebloat // what one service writes
	// Insert stores v and gives its number. inserted is false, and nothing
	// changed, when another vendor has its slug.
	Insert(t tx.Tx, v Vendor) (id ident.VendorID, inserted bool, err error)

	// Update stores slug, name, zone and plan. updated is false, and nothing
	// changed, when another vendor has its slug.
	Update(t tx.Tx, v Vendor) (updated bool, err error)

	// Names gives the slugs of all vendors by their names.
	Names(t tx.Tx) (map[string]string, error)

	// Remove takes a vendor away with its users, keys and records; empty is false, and
	// nothing changed, when it has products, customers or devices.
	Remove(t tx.Tx, id ident.VendorID) (empty bool, err error)

	// Get locks the vendor until the transaction ends.
	Get(t tx.Tx, id ident.VendorID) (v Vendor, found bool, err error)

	// NoteZoneMove notes how far a move has come; a vendor has one at most.
	NoteZoneMove(t tx.Tx, id ident.VendorID, m ZoneMove) error
	NotedZoneMove(t tx.Tx, id ident.VendorID) (m ZoneMove, noted bool, err error)
	EndZoneMove(t tx.Tx, id ident.VendorID) error

	// SaveLogo stores a vendor's logo in place of the one before; one without content
	// takes it away.
	SaveLogo(t tx.Tx, id ident.VendorID, l Logo) error

	// NoteLocationRemoval notes how far the removal of stored locations has come; a
	// vendor has one at most.
	NoteLocationRemoval(t tx.Tx, id ident.VendorID, r LocationRemoval) error
	NotedLocationRemoval(t tx.Tx, id ident.VendorID) (r LocationRemoval, noted bool, err error)
	EndLocationRemoval(t tx.Tx, id ident.VendorID) error
}

// Reader reads outside of transactions.
type Reader interface {
	// MovingZone gives the vendors whose days are being moved to another zone.
	MovingZone(ctx context.Context) ([]ident.VendorID, error)

	// RemovingLocations gives the vendors whose stored locations are being removed.
	RemovingLocations(ctx context.Context) ([]ident.VendorID, error)
}

// Config is what the service needs.
type Config struct {
	Store Store
	IDs   ident.Source

	// What has first and last days, in the order in which they are moved to another
	// zone, and what that takes; none for a service that changes no zone.
	Days []Days
	// What has stored where devices are; nil for a service that removes nothing.
	Locations Locations

	Reader Reader
	Runner tx.Runner
}

// Service changes vendors.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.IDs.Rand == nil {
		return nil, errors.New("vendors: Store and IDs are needed")
	}
	if (len(c.Days) > 0 || c.Locations != nil) && (c.Reader == nil || c.Runner == nil) {
		return nil, errors.New("vendors: Days and Locations take Reader and Runner")
	}
	return &Service{c}, nil
}

// Create is a request for a new vendor.
type Create struct {
	Name string
	Slug string // made of the name when empty; two vendors have one name only where it is given
	Zone string // "UTC" when empty
	Plan Plan   // Trial when empty
}

// Create makes a vendor. Who may call is decided before: there is no vendor yet
// that a principal could belong to.
func (s *Service) Create(t tx.Tx, c Create) (Vendor, error) {
	v := Vendor{UUID: s.IDs.V7(), Slug: c.Slug, Name: c.Name, Zone: c.Zone, Plan: c.Plan, CreatedAt: t.Now()}
	if v.Slug == "" {
		v.Slug = slugOf(c.Name)
	}
	if v.Zone == "" {
		v.Zone = "UTC"
	}
	if v.Plan == "" {
		v.Plan = Trial
	}
	v, err := v.read(Vendor{})
	if err != nil {
		return Vendor{}, err
	}
	if c.Slug == "" {
		if err := s.twin(t, c.Name); err != nil {
			return Vendor{}, err
		}
	}
	if err := s.insert(t, &v, c.Slug == ""); err != nil {
		return Vendor{}, err
	}
	s.journal(t, "vendor.created", nil, v)
	return v, nil
}

// twin refuses a name that another vendor has, but for case and accents: whoever makes a
// vendor twice has mostly not seen that it is there.
func (s *Service) twin(t tx.Tx, name string) error {
	all, err := s.Store.Names(t)
	for other, slug := range all {
		if listing.Fold(other) == listing.Fold(name) {
			return fault.Refused("vendor_exists", "There is a vendor of this name already: "+slug+".",
				"Work with that one, or give another one of the same name a slug of its own.")
		}
	}
	return err
}

// Delete takes a vendor away that has nothing yet: one made by mistake.
func (s *Service) Delete(t tx.Tx, id ident.VendorID) error {
	empty, err := s.Store.Remove(t, id)
	if err == nil && !empty {
		err = fault.Refused("vendor_not_empty", "This vendor has products, customers or devices.", "Only a vendor that has none of them can be deleted.")
	}
	return err
}

// insert stores v. A slug that was made of the name gets a number where another vendor
// has it, and in the end some random letters.
func (s *Service) insert(t tx.Tx, v *Vendor, made bool) error {
	base := v.Slug
	for try := 2; ; try++ {
		id, inserted, err := s.Store.Insert(t, *v)
		if err != nil || inserted {
			v.ID = id
			return err
		}
		switch {
		case !made:
			return errSlugTaken()
		case try < 10:
			v.Slug = fmt.Sprintf("%s-%d", base, try)
		default:
			v.Slug = base + "-" + hex.EncodeToString(s.IDs.Secret(4))
		}
	}
}

func errSlugTaken() *fault.Error {
	return fault.Refused("slug_taken", "Another vendor has this slug, or had it: links with it lead there.", "Choose another one.")
}

// Change is what to change of a vendor; nil leaves a field as it is.
type Change struct {
	Slug *string // the old one goes on leading here, and nobody else may take it
	Name *string
	Zone *string
	Plan *Plan

	// KeepDays: with another zone, first and last days keep their dates, and so end and
	// begin at other instants. Otherwise the instants stay.
	KeepDays bool

	SupportEmail *string // "" for none
	Website      *string
	Language     *string // "" for none

	DirectActivationFiles *bool

	StoreNoLocation *bool // true removes what is stored, too

	NoHandOver *bool

	Branding BrandingChange
}

// Update changes a vendor. A new zone moves the days, months and quarters that
// begin from now on.
func (s *Service) Update(t tx.Tx, id ident.VendorID, c Change) (Vendor, error) {
	before, found, err := s.Store.Get(t, id)
	if err != nil {
		return Vendor{}, err
	}
	if !found {
		return Vendor{}, fault.Missing("vendor")
	}
	after := before
	set(&after.Slug, c.Slug)
	set(&after.Name, c.Name)
	set(&after.Zone, c.Zone)
	set(&after.Plan, c.Plan)
	set(&after.SupportEmail, c.SupportEmail)
	set(&after.Website, c.Website)
	set(&after.Language, c.Language)
	set(&after.DirectActivationFiles, c.DirectActivationFiles)
	set(&after.StoreNoLocation, c.StoreNoLocation)
	set(&after.NoHandOver, c.NoHandOver)
	if after.Branding, err = before.Branding.With(c.Branding); err != nil {
		return Vendor{}, err
	}
	if after, err = after.read(before); err != nil {
		return Vendor{}, err
	}
	if after == before {
		return before, nil
	}
	updated, err := s.Store.Update(t, after)
	if err != nil {
		return Vendor{}, err
	}
	if !updated {
		return Vendor{}, errSlugTaken()
	}
	if err := s.moveZone(t, before, after, c.KeepDays); err != nil {
		return Vendor{}, err
	}
	if after.Branding.Logo != before.Branding.Logo {
		if err := s.Store.SaveLogo(t, id, *c.Branding.Logo); err != nil {
			return Vendor{}, err
		}
	}
	if err := s.removeLocations(t, before, after); err != nil {
		return Vendor{}, err
	}
	s.journal(t, "vendor.updated", &before, after)
	return after, nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

type record struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	Zone string `json:"zone"`
	Plan Plan   `json:"plan"`

	SupportEmail string `json:"support_email"`
	Website      string `json:"website"`
	Language     string `json:"language"`

	DirectActivationFiles bool `json:"direct_activation_files"`
	StoreNoLocation       bool `json:"store_no_location"`
	NoHandOver            bool `json:"no_hand_over"`

	ShownName   string        `json:"shown_name"`
	AccentLight colour.Colour `json:"accent_light"`
	AccentDark  colour.Colour `json:"accent_dark"`
	SupportText string        `json:"support_text"`
	Logo        string        `json:"logo"` // its name
}

func recordOf(v Vendor) record {
	b := v.Branding
	return record{
		v.Slug, v.Name, v.Zone, v.Plan, v.SupportEmail, v.Website, v.Language, v.DirectActivationFiles, v.StoreNoLocation,
		v.NoHandOver, b.Name, b.AccentLight, b.AccentDark, b.SupportText, b.Logo,
	}
}

func (s *Service) journal(t tx.Tx, action string, before *Vendor, after Vendor) {
	e := tx.Entry{
		Vendor: after.ID, Action: action, Subject: "vendor", ID: after.UUID,
		After: recordOf(after),
	}
	if before != nil {
		e.Before = recordOf(*before)
	}
	t.Journal(e)
}
