package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Devices are the machines that hold activations. Locks are taken in the order
// device, licences by id.
type Devices interface {
	// Lock returns the device with this number and locks it; nil when there is none.
	Lock(t tx.Tx, v ident.VendorID, number string) (*Device, error)

	// Make makes the device with this number; nil when there is one by now.
	Make(t tx.Tx, v ident.VendorID, number string) (*Device, error)

	// Suspend suspends a device until an instant, with its present activations; the
	// zero time lifts it. An instant that is no end for a suspension is Invalid.
	Suspend(t tx.Tx, v ident.VendorID, d ident.DeviceID, until time.Time) error
}

// Device is the machine that an activation is of.
type Device struct {
	ID             ident.DeviceID
	UUID           ident.UUID
	Number         string    // the client id
	SuspendedUntil time.Time // zero: not suspended
}

// SuspendedAt reports whether calls of the device are refused at now.
func (d Device) SuspendedAt(now time.Time) bool { return now.Before(d.SuspendedUntil) }
