package licensing

import (
	"maps"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Describe keeps what a device without internet says of itself in a report; nothing where
// its activation has ended. The licence must be locked.
func (s *Service) Describe(t tx.Tx, v ident.VendorID, activation ident.UUID, variables map[string]string) error {
	if len(variables) == 0 {
		return nil
	}
	a, err := s.store.Activation(t, v, activation)
	if err != nil || a == nil {
		return err
	}
	kept, _ := withinBounds(variables, a.Client.Variables)
	if maps.Equal(kept, a.Client.Variables) {
		return nil
	}
	a.Client.Variables = kept
	return s.store.UpdateClient(t, v, a)
}
