package pairs

import (
	"time"

	"chancery/internal/devices"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/tx"
)

// LicensedDevices gives licensing the devices that hold its activations.
type LicensedDevices struct{ Devices *devices.Service }

var _ licensing.Devices = LicensedDevices{}

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
