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

// moveAddress does one portion, and reports whether there is more to do.
func (s *Service) moveAddress(t tx.Tx, m AddressMove, address string) (more bool, err error) {
	for moved := 0; moved < addressesAtOnce; moved += addressesOfStep {
		n, err := s.store.MoveAddress(t, m, address, addressesOfStep)
		if err != nil || n < addressesOfStep {
			return false, err
		}
		if t.Spent() {
			break
		}
	}
	return true, nil
}

// FinishAddresses goes on with what changes of customers' addresses have left to do, and
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
	return done, nil
}
