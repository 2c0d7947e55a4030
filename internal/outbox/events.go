package outbox

import "slices"

// The events that can be subscribed to. Each is enqueued under exactly this
// name; the stream is the thing named first.
const (
	CustomerCreated   = "customer.created"
	CustomerUpdated   = "customer.updated"
	LicenseCreated    = "license.created"
	LicenseUpdated    = "license.updated"
	LicenseSwitched   = "license.switched"
	LicenseMoved      = "license.moved"
	LicenseUsedUp     = "license.used_up"
	ActivationCreated = "activation.created"
	ActivationFreed   = "activation.released"
	GoodwillEntered   = "activation.goodwill_entered"
	GoodwillLeft      = "activation.goodwill_left"
	DeviceSuspended   = "device.suspended"
)

// Catalogue gives all events that can be subscribed to, sorted.
func Catalogue() []string {
	all := []string{
		CustomerCreated, CustomerUpdated, LicenseCreated, LicenseUpdated, LicenseSwitched, LicenseMoved, LicenseUsedUp,
		ActivationCreated, ActivationFreed, GoodwillEntered, GoodwillLeft, DeviceSuspended,
	}
	slices.Sort(all)
	return all
}
