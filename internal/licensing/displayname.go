package licensing

import (
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MaxDisplayName is how many characters a name of a device may have.
const MaxDisplayName = 100

type displayNamed struct {
	DisplayName string `json:"display_name"`
}

// SetDisplayName gives the device of a present activation a name of its owner's; an empty
// one takes it away. The licence keeps the name for the device: a later activation of the same
// device has it again, and nothing that a client says changes it.
func (s *Service) SetDisplayName(t tx.Tx, v ident.VendorID, activation ident.UUID, name string) error {
	a, l, err := s.locked(t, v, activation)
	if err != nil {
		return err
	}
	if a == nil || a.UUID != activation {
		return fault.Missing(activationNoun)
	}
	var wrong fault.Fields
	name = entry.Name(&wrong, "display_name", name, a.DisplayName, 0, MaxDisplayName)
	if err := wrong.Err(); err != nil || name == a.DisplayName {
		return err
	}
	before := a.DisplayName
	a.DisplayName = name
	t.Journal(tx.Entry{
		Vendor: v, Action: "activation.display_name_changed", Subject: activationNoun, ID: a.UUID, License: l.ID,
		Before: displayNamed{before}, After: displayNamed{name},
	})
	return s.store.SetDisplayName(t, v, a)
}
