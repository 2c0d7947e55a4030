package prepaid

import (
	"strings"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// CustomerSeen gives a customer that somebody may see.
func (s *Service) CustomerSeen(t tx.Tx, by By, id ident.UUID) (c Customer, err error) {
	return c, s.work(t, by.Vendor, func(d *desk) error {
		found, err := d.seen(by, id)
		if err == nil {
			c = *found
		}
		return err
	})
}

// seen finds a customer that somebody may see.
func (d *desk) seen(by By, id ident.UUID) (*Customer, error) {
	c, err := d.c.Store.Customer(d.t, d.v, id)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.Missing(aCustomer)
	}
	return c, d.may(by, See, c.ID, aCustomer)
}

// SwitchChange is what to change of a customer's switches; nil leaves one as it is.
type SwitchChange struct {
	AllowSuperior  *bool
	NextCard       *bool
	AcceptTransfer *bool // on makes a new code where there is none
	RenewCode      bool  // makes a new code; the one before is good no longer
	LowDays        *int64
	VeryLowDays    *int64
}

// switchRecord is what the log says of the switches. The code is left out: who knows it can
// send devices.
type switchRecord struct {
	AllowSuperior  bool  `json:"allow_superior"`
	NextCard       bool  `json:"next_card"`
	AcceptTransfer bool  `json:"accept_transfer"`
	LowDays        int64 `json:"low_days"`
	VeryLowDays    int64 `json:"very_low_days"`
}

func recordOfSwitches(s Switches) switchRecord {
	return switchRecord{s.AllowSuperior, s.NextCard, s.TransferCode != "", s.Low().Days, s.Low().VeryLow}
}

const transferLetter = 12

// SetSwitches changes a customer's switches (docs/rules/prepaid.md, rule 29). Its own administrator does, or the
// vendor's staff.
func (s *Service) SetSwitches(t tx.Tx, by By, customer ident.UUID, change SwitchChange) (c Customer, err error) {
	return c, s.work(t, by.Vendor, func(d *desk) error {
		found, err := d.c.Store.LockCustomer(t, d.v, customer)
		if err != nil {
			return err
		}
		if found == nil {
			return fault.Missing(aCustomer)
		}
		if err := d.may(by, SetSwitch, found.ID, aCustomer); err != nil {
			return err
		}
		c = *found
		if c.Switches, err = c.withLow(change.LowDays, change.VeryLowDays); err != nil {
			return err
		}
		set(&c.AllowSuperior, change.AllowSuperior)
		set(&c.NextCard, change.NextCard)
		switch {
		case change.AcceptTransfer != nil && !*change.AcceptTransfer:
			c.TransferCode = ""
		case change.AcceptTransfer != nil && c.TransferCode == "", change.RenewCode && c.TransferCode != "":
			c.TransferCode = newTransferCode(d.c.IDs.Secret(transferLetter))
		}
		if c.Switches == found.Switches {
			return nil
		}
		t.Journal(tx.Entry{
			Vendor: d.v, Action: "customer.licenses_managed", Subject: aCustomer, ID: c.UUID,
			Before: recordOfSwitches(found.Switches), After: recordOfSwitches(c.Switches),
		})
		return d.c.Store.SaveSwitches(t, d.v, c.ID, c.Switches)
	})
}

// newTransferCode makes a code from random bytes: "T-7K2M-9TQX-4BCD".
func newTransferCode(random []byte) string { return "T-" + printed(lettersOf(random)) }

// readTransferCode reads a code as somebody types it.
func readTransferCode(text string) string {
	if letters, ok := strings.CutPrefix(typed(text), "T"); ok {
		return "T-" + printed(letters)
	}
	return text
}
