package licensing

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

const editionBatch = 500

// EditionChanged brings licences up to an edition that was changed in this
// transaction. A limit below what some licence has in use is refused (2008 on the
// wire); room that the change makes turns goodwill into regular activations, a first
// portion of them at once. So do licences that another contract ends or revives. The
// tokens of the other licences follow when they are next touched.
func (s *Service) EditionChanged(t tx.Tx, v ident.VendorID, edition ident.EditionID, before, after terms.Policy, contracts bool) error {
	was, is := before.TokenLimit+before.ActivationBuffer, after.TokenLimit+after.ActivationBuffer
	if is < was {
		err := s.eachLicense(t, v, func(last ident.LicenseID) ([]ident.LicenseID, error) {
			return s.store.Fuller(t, v, edition, is, last, editionBatch)
		}, func(l *License) error {
			if l.overfull(l.Terms().Policy) {
				return errTokensInUse()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if is <= was && Allowed(after) <= Allowed(before) && !contracts {
		return nil
	}
	_, err := s.fitPressed(t, v, edition, 0)
	return err
}

// eachLicense locks the licences that next finds, batch after batch in the order of their ids.
func (s *Service) eachLicense(
	t tx.Tx, v ident.VendorID, next func(last ident.LicenseID) ([]ident.LicenseID, error), do func(*License) error,
) error {
	var last ident.LicenseID
	for {
		ids, err := next(last)
		if err != nil || len(ids) == 0 {
			return err
		}
		locked, err := s.store.LockLicenses(t, v, ids...)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := do(locked[id]); err != nil {
				return err
			}
		}
		last = ids[len(ids)-1]
	}
}

func errTokensInUse() *fault.Error {
	return fault.Refused("tokens_in_use", // 2008 on the wire
		"The number of activations can't be lowered below the activations in use.",
		"Release activations first, or choose a limit that covers those in use.")
}
