package devices

import (
	"errors"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store is the devices' part of the database. All methods reach one vendor's rows
// only.
type Store interface {
	// Lock returns the device with this number and locks it; nil when there is none.
	Lock(t tx.Tx, v ident.VendorID, number string) (*Device, error)

	// Insert makes the device with this number; nil when there is one by now.
	Insert(t tx.Tx, v ident.VendorID, number string, id ident.UUID) (*Device, error)

	SetSuspension(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error

	// Suspended looks at the next devices behind after, in the order of their ids, and
	// gives those that are or were suspended, locked. last is the one up to which it
	// looked; 0 when there are none.
	Suspended(t tx.Tx, v ident.VendorID, after ident.DeviceID) (suspended []Device, last ident.DeviceID, err error)
}

// Copies hold a device's suspension beside something of their own, where their
// lists are read from. They are told right after the device is written.
type Copies interface {
	SetSuspension(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error
}

// Config is what the service needs; all of it but Copies is required.
type Config struct {
	Store  Store
	IDs    ident.Source
	Copies []Copies
}

// Service carries out the rules of devices.
type Service struct {
	store  Store
	ids    ident.Source
	copies []Copies
}

// New checks the configuration and makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.IDs.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("devices: the configuration is incomplete")
	}
	return &Service{store: c.Store, ids: c.IDs, copies: c.Copies}, nil
}

// Lock returns the device with this number and locks it; nil when there is none.
// It comes before all other locks of a transaction.
func (s *Service) Lock(t tx.Tx, v ident.VendorID, number string) (*Device, error) {
	return s.store.Lock(t, v, number)
}

// Make makes the device with this number; nil when somebody else has made it since
// the caller looked.
func (s *Service) Make(t tx.Tx, v ident.VendorID, number string) (*Device, error) {
	return s.store.Insert(t, v, number, s.ids.V7())
}

// Suspend suspends a device until an instant; the zero time lifts it. The caller
// has locked the device, and records the change.
func (s *Service) Suspend(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error {
	if err := checkSuspension(until, t.Now()); err != nil {
		return err
	}
	// The device goes first: a change of it that is under way has it locked, and is
	// there to be followed once it is given back.
	if err := s.store.SetSuspension(t, v, d, until); err != nil {
		return err
	}
	for _, c := range s.copies {
		if err := c.SetSuspension(t, v, d, until); err != nil {
			return err
		}
	}
	return nil
}
