package licensing

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// License implements licensing.Store.
func (s *Store) License(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*licensing.License, error) {
	all, err := s.licenses(writing(t), t.Now(), selectLicense+` $1 AND l.id = $2`, v, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// ClientOf implements licensing.Store.
func (s *Store) ClientOf(t tx.Tx, v ident.VendorID, l ident.LicenseID, number string) (licensing.Device, *licensing.Activation, error) {
	d := licensing.Device{Number: number}
	a := &licensing.Activation{License: l}
	var suspended, activation, counter store.OptionalInt
	var version store.OptionalText
	found, err := store.On(t).QueryRow(`SELECT d.id, d.uuid, d.suspended_until, a.id, a.client_public_key, a.software_version, s.counter
		FROM devices d LEFT JOIN activations a ON a.vendor_id = d.vendor_id AND a.device_id = d.id AND a.license_id = $1 AND a.released_at IS NULL
		LEFT JOIN pulses s ON s.activation_id = a.id
		WHERE d.vendor_id = $2 AND d.number = $3`, []any{l, v, number}, &d.ID, &d.UUID, &suspended, &activation, &a.Client.PublicKey, &version, &counter)
	if err != nil || !found {
		return licensing.Device{}, nil, err
	}
	d.SuspendedUntil = suspended.Instant()
	if !activation.Valid {
		return d, nil, nil
	}
	a.ID, a.Device, a.Client.SoftwareVersion = ident.ActivationID(activation.V), d, version.V
	a.Pulse.Counter = counter.V
	return d, a, nil
}
