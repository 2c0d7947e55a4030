package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// AddressMove is a customer whose licences have yet to leave a former address.
type AddressMove struct {
	Vendor   ident.VendorID
	Customer ident.CustomerID
	Former   string
}

// addressesOfStep is how many licences get a new address between two looks at the time.
const addressesOfStep = 50

// addressesAtOnce is how many licences get a customer's new address with its change.
const addressesAtOnce = 500

// FollowsCustomer reports whether the licensee's address is the customer's. It stays so:
// the licence is handed over, or the customer gets another one, and the address goes along.
func (l *License) FollowsCustomer() bool {
	return l.LicenseeEmail == l.Customer.Email
}

// AddressChanged gives licences the new address of their customer where they have its
// former one, a first portion of them at once. Without a new one they keep it.
func (s *Service) AddressChanged(t tx.Tx, v ident.VendorID, customer ident.CustomerID, former, address string) error {
	if former == "" || address == "" {
		return nil
	}
	more, err := s.moveAddress(t, AddressMove{v, customer, former}, address)
	if err != nil || !more {
		return err
	}
	return s.store.NoteAddressMove(t, AddressMove{v, customer, former})
}

// LicenseeMove is an address that somebody has changed, which licences have yet to follow.
type LicenseeMove struct {
	Vendor          ident.VendorID
	Former, Address string
}

// LicenseeMoved gives licences that name a former address of somebody the new one, a first
// portion of them at once: they stay with the person, whoever reads the old mailbox.
func (s *Service) LicenseeMoved(t tx.Tx, v ident.VendorID, former, address string) error {
	m := LicenseeMove{v, former, address}
	more, err := s.moveLicensee(t, m)
	if err != nil {
		return err
	}
	return s.store.NoteLicenseeMove(t, m, more)
}

// moveLicensee does one portion, and reports whether there is more to do.
func (s *Service) moveLicensee(t tx.Tx, m LicenseeMove) (more bool, err error) {
	return inSteps(t, func(limit int) (int, error) { return s.store.MoveLicensee(t, m, limit) })
}

// inSteps does one portion of moves, and reports whether there is more to do.
func inSteps(t tx.Tx, move func(limit int) (int, error)) (more bool, err error) {
	for moved := 0; moved < addressesAtOnce; moved += addressesOfStep {
		n, err := move(addressesOfStep)
		if err != nil || n < addressesOfStep {
			return false, err
		}
		if t.Spent() {
			break
		}
	}
	return true, nil
}

// moveAddress does one portion, and reports whether there is more to do.
func (s *Service) moveAddress(t tx.Tx, m AddressMove, address string) (more bool, err error) {
	return inSteps(t, func(limit int) (int, error) { return s.store.MoveAddress(t, m, address, limit) })
}

// FinishAddresses goes on with what changes of addresses have left to do, and
// tells how many portions that were.
func (s *Service) FinishAddresses(ctx context.Context) (done int, err error) {
	noted, err := s.reader.AddressMoves(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range noted {
		n, err := tx.Portions(ctx, s.runner, func(t tx.Tx) (bool, error) {
			address, err := s.store.AddressOf(t, m.Vendor, m.Customer) // it may have changed again
			if err != nil {
				return false, err
			}
			if address != "" && address != m.Former {
				if more, err := s.moveAddress(t, m, address); err != nil || more {
					return more, err
				}
			}
			return false, s.store.EndAddressMove(t, m)
		})
		if done += n; err != nil {
			return done, err
		}
	}
	moves, err := s.reader.LicenseeMoves(ctx)
	if err != nil {
		return done, err
	}
	for _, m := range moves {
		n, err := tx.Portions(ctx, s.runner, func(t tx.Tx) (bool, error) {
			if more, err := s.moveLicensee(t, m); err != nil || more {
				return more, err
			}
			return false, s.store.EndLicenseeMove(t, m)
		})
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
}
