package vendors

import (
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store keeps vendors.
type Store interface {
	// Insert stores v and gives its number.
	Insert(t tx.Tx, v Vendor) (ident.VendorID, error)

	// Update stores name, zone and plan.
	Update(t tx.Tx, v Vendor) error

	// Get locks the vendor until the transaction ends.
	Get(t tx.Tx, id ident.VendorID) (v Vendor, found bool, err error)
}

// Config is what the service needs.
type Config struct {
	Store Store
	IDs   ident.Source
}

// Service changes vendors.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.IDs.Rand == nil {
		return nil, errors.New("vendors: Store and IDs are needed")
	}
	return &Service{c}, nil
}

// Create is a request for a new vendor.
type Create struct {
	Name string
	Zone string // "UTC" when empty
	Plan Plan   // Trial when empty
}

// Create makes a vendor. Who may call is decided before: there is no vendor yet
// that a principal could belong to.
func (s *Service) Create(t tx.Tx, c Create) (Vendor, error) {
	v := Vendor{UUID: s.IDs.V7(), Name: c.Name, Zone: c.Zone, Plan: c.Plan, CreatedAt: t.Now()}
	if v.Zone == "" {
		v.Zone = "UTC"
	}
	if v.Plan == "" {
		v.Plan = Trial
	}
	if err := check(v); err != nil {
		return Vendor{}, err
	}
	var err error
	if v.ID, err = s.Store.Insert(t, v); err != nil {
		return Vendor{}, err
	}
	s.journal(t, "vendor.created", nil, v)
	return v, nil
}

// Change is what to change of a vendor; nil leaves a field as it is.
type Change struct {
	Name *string
	Zone *string
	Plan *Plan

	DirectActivationFiles *bool
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
	set(&after.Name, c.Name)
	set(&after.Zone, c.Zone)
	set(&after.Plan, c.Plan)
	set(&after.DirectActivationFiles, c.DirectActivationFiles)
	if err := check(after); err != nil {
		return Vendor{}, err
	}
	if after == before {
		return before, nil
	}
	if err := s.Store.Update(t, after); err != nil {
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
	Name string `json:"name"`
	Zone string `json:"zone"`
	Plan Plan   `json:"plan"`

	DirectActivationFiles bool `json:"direct_activation_files"`
}

func recordOf(v Vendor) record { return record{v.Name, v.Zone, v.Plan, v.DirectActivationFiles} }

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
