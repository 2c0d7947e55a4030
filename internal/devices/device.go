package devices

import (
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Device is the (vendor, number) that a client is; the number is its client id.
type Device struct {
	ID             ident.DeviceID
	UUID           ident.UUID
	Number         string
	SuspendedUntil time.Time // zero: not suspended
}

// checkSuspension judges the end of a suspension; the zero time lifts it.
func checkSuspension(until, now time.Time) error {
	if !until.IsZero() && (!until.After(now) || !terms.GoodInstant(until)) {
		return fault.Wrong(fault.Field{Name: "until", Message: "must lie in the future, before the year 9999"})
	}
	return nil
}
