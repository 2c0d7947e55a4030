package wiring

import (
	"time"

	"chancery/internal/devices"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	devicestore "chancery/internal/store/devices"
	licensestore "chancery/internal/store/licensing"
	"chancery/internal/tx"
)

// LicensedDevices gives licensing the devices that hold its activations.
type LicensedDevices struct{ Devices *devices.Service }

// NewLicensedDevices makes the devices whose suspensions the activations follow.
func NewLicensedDevices(activations *licensestore.Store, ids ident.Source) (LicensedDevices, error) {
	s, err := devices.New(devices.Config{Store: devicestore.Store{}, IDs: ids, Copies: []devices.Copies{activations}})
	return LicensedDevices{s}, err
}

// Lock implements licensing.Devices.
func (d LicensedDevices) Lock(t tx.Tx, v ident.VendorID, number string) (*licensing.Device, error) {
	found, err := d.Devices.Lock(t, v, number)
	return (*licensing.Device)(found), err
}

// Make implements licensing.Devices.
func (d LicensedDevices) Make(t tx.Tx, v ident.VendorID, number string) (*licensing.Device, error) {
	made, err := d.Devices.Make(t, v, number)
	return (*licensing.Device)(made), err
}

// Suspend implements licensing.Devices.
func (d LicensedDevices) Suspend(t tx.Tx, v ident.VendorID, device ident.DeviceID, until time.Time) error {
	return d.Devices.Suspend(t, v, device, until)
}
