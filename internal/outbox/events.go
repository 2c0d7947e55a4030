package outbox

import "slices"

// The events that can be subscribed to. Each is enqueued under exactly this
// name; the stream is the thing named first.
const (
	CustomerCreated   = "customer.created"
	CustomerUpdated   = "customer.updated"
	CustomerDeleted   = "customer.deleted"
	CustomerErased    = "customer.erased" // its personal data is to be forgotten
	LicenseIssued     = "license.issued"
	LicenseChanged    = "license.changed"
	LicenseExpiring   = "license.expiring" // some days before the end; once for each end
	LicenseExpired    = "license.expired"  // once for each end
	LicenseUsedUp     = "license.used_up"  // the first refusal for want of room
	LicenseNewKey     = "license.key_replaced"
	LicenseDeleted    = "license.deleted"
	LicenseRequested  = "license.requested"        // an owner asks for more, a renewal, or something else
	RequestAnswered   = "license.request_answered" // by the vendor, or taken back
	ActivationCreated = "activation.created"
	ActivationDeleted = "activation.deleted"
	GoodwillEntered   = "activation.goodwill" // above the contract
	GoodwillLeft      = "activation.regular"  // a regular token became free for it
	DeviceSuspended   = "device.suspended"
	DeviceResumed     = "device.resumed"
	MeterThreshold    = "meter.threshold" // an alert of a limitation was reached; once in a period
	MeterExhausted    = "meter.exhausted" // limit and goodwill are used up; once in a period
	SessionDenied     = "session.denied"  // the first denied open of a licence in an hour, for want of room
	LicenseOveruse    = "license.overuse" // a session was opened above the limit, none was before
	CardLow           = "card.low"        // a prepaid card has fewer than 30, or than 7 days left, or none
	CardSold          = "card.sold"
	CardReturned      = "card.returned"
	DeviceDarkSoon    = "device.dark_soon" // the cards of a prepaid device last for less than a week
	DeviceBlacklisted = "device.blacklisted"
	DeviceLifted      = "device.lifted"
)

// Catalogue gives all events that can be subscribed to, sorted.
func Catalogue() []string {
	all := []string{
		CustomerCreated, CustomerUpdated, CustomerDeleted, CustomerErased,
		LicenseIssued, LicenseChanged, LicenseExpiring, LicenseExpired, LicenseUsedUp, LicenseNewKey, LicenseDeleted,
		LicenseRequested, RequestAnswered,
		ActivationCreated, ActivationDeleted, GoodwillEntered, GoodwillLeft, DeviceSuspended, DeviceResumed,
		MeterThreshold, MeterExhausted,
		SessionDenied, LicenseOveruse,
		CardLow, CardSold, CardReturned, DeviceDarkSoon, DeviceBlacklisted, DeviceLifted,
	}
	slices.Sort(all)
	return all
}
