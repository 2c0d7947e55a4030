package webhooks

import (
	"chancery/internal/outbox"
	"chancery/internal/web"
)

// sentences say when each event of the catalogue happens, in the order of a
// licence's life. A test holds that none is missing.
func sentences() []web.Option {
	return []web.Option{
		{Value: outbox.LicenseIssued, Hint: "A licence is issued."},
		{Value: outbox.LicenseChanged, Hint: "A licence is changed, or the edition that it starts from."},
		{Value: outbox.LicenseNewKey, Hint: "The keys of a licence were replaced; the old ones are refused."},
		{Value: outbox.LicenseExpiring, Hint: "A licence ends in some days; once for each end."},
		{Value: outbox.LicenseExpired, Hint: "A licence has ended."},
		{Value: outbox.LicenseUsedUp, Hint: "A client was refused for want of room, for the first time since there was some."},
		{Value: outbox.LicenseOveruse, Hint: "The first session above a limit that is not enforced."},
		{Value: outbox.LicenseDeleted, Hint: "A licence that nobody ever used is deleted."},
		{Value: outbox.LicenseRequested, Hint: "An owner asks for more, a renewal, or something else."},
		{Value: outbox.RequestAnswered, Hint: "Such a request is answered, or taken back."},
		{Value: outbox.ActivationCreated, Hint: "A device is activated."},
		{Value: outbox.ActivationDeleted, Hint: "A place is free again, with the reason."},
		{Value: outbox.GoodwillEntered, Hint: "An activation above the contract: the yellow zone."},
		{Value: outbox.GoodwillLeft, Hint: "A regular place became free for a goodwill activation."},
		{Value: outbox.DeviceSuspended, Hint: "A device is suspended."},
		{Value: outbox.DeviceResumed, Hint: "A suspension is taken back."},
		{Value: outbox.SessionDenied, Hint: "A session was refused because all are in use, for the first time in an hour."},
		{Value: outbox.MeterThreshold, Hint: "A meter reached an alert; once in a period."},
		{Value: outbox.MeterExhausted, Hint: "A meter and its goodwill are used up; once in a period."},
		{Value: outbox.CardLow, Hint: "A prepaid card has fewer than 30, or than 7 days left, or none."},
		{Value: outbox.CardSold, Hint: "Prepaid cards are sold to a sub-customer."},
		{Value: outbox.CardReturned, Hint: "Prepaid cards go back to the superior."},
		{Value: outbox.DeviceDarkSoon, Hint: "The cards of a prepaid device last for less than a week."},
		{Value: outbox.DeviceBlacklisted, Hint: "A prepaid device has no days left, and is refused."},
		{Value: outbox.DeviceLifted, Hint: "A blacklisted prepaid device may work again."},
		{Value: outbox.CustomerCreated, Hint: "A customer is added."},
		{Value: outbox.CustomerUpdated, Hint: "A customer is changed."},
		{Value: outbox.CustomerDeleted, Hint: "A customer without licences is deleted."},
		{Value: outbox.CustomerErased, Hint: "What was personal of a customer is erased."},
	}
}

// events are the choices of a form.
func events() []web.Option {
	options := sentences()
	for i := range options {
		options[i].Label = options[i].Value
	}
	return options
}
