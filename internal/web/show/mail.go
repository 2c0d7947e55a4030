package show

import (
	"chancery/internal/mailing"
	"chancery/internal/web"
)

// MailKind is what a kind of mail is called.
func MailKind(k mailing.Kind) string {
	switch k {
	case mailing.LicenseIssued:
		return "Licence issued"
	case mailing.KeyReplaced:
		return "Key replaced"
	case mailing.Recovery:
		return "Password recovery"
	case mailing.Invitation:
		return "Invitation"
	case mailing.CustomerAdded:
		return "Customer’s licences in reach"
	case mailing.AddressConfirm:
		return "New address to confirm"
	case mailing.AddressTaken:
		return "New address taken"
	case mailing.AddressAsked:
		return "New address asked for"
	case mailing.AddressChanged:
		return "Address changed"
	case mailing.NewDevice:
		return "New devices"
	case mailing.NearlyUsedUp:
		return "Activations nearly used up"
	case mailing.HandOverConfirm:
		return "Hand-over to confirm"
	case mailing.HandOverAsked:
		return "Hand-over asked for"
	case mailing.HandedOver:
		return "Licence handed over"
	case mailing.LicenseRequested:
		return "Request of an owner"
	case mailing.RequestAnswered:
		return "Request answered"
	case mailing.Goodwill:
		return "Goodwill entered"
	case mailing.Expiring:
		return "Licence expiring"
	case mailing.Expired:
		return "Licence expired"
	case mailing.RefreshDue:
		return "Refresh file wanted"
	case mailing.UsedUp:
		return "Licence used up"
	case mailing.MeterThreshold:
		return "Meter nearly used up"
	case mailing.MeterExhausted:
		return "Meter exhausted"
	case mailing.PrepaidLow:
		return "Prepaid cards running low"
	case mailing.Event:
		return "Event"
	case mailing.Test:
		return "Test"
	}
	return string(k)
}

// MailBadge is where a mail stands.
func MailBadge(s mailing.State) *web.Badge {
	switch s {
	case mailing.Queued:
		return &web.BadgeQueued
	case mailing.Sent:
		return &web.BadgeSent
	case mailing.Failed:
		return &web.BadgeFailed
	case mailing.Kept:
		return &web.BadgeKept
	}
	return &web.Badge{Word: string(s), Tone: web.Neutral}
}
