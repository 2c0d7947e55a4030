package show

import (
	"chancery/internal/language"
	"chancery/internal/mailing"
)

// MailChoice is what a mail is called that owners choose, for Language.Word.
func MailChoice(k mailing.Kind) string {
	switch k { //nolint:exhaustive // only some can be chosen
	case mailing.NewDevice:
		return language.Mark("New devices")
	case mailing.NearlyUsedUp:
		return language.Mark("Activations nearly used up")
	case mailing.UsedUp:
		return language.Mark("Activations used up")
	case mailing.Goodwill:
		return language.Mark("Goodwill in use")
	case mailing.Expiring:
		return language.Mark("A licence ends soon")
	case mailing.Expired:
		return language.Mark("A licence has ended")
	case mailing.RefreshDue:
		return language.Mark("A device wants a refresh file")
	case mailing.MeterThreshold:
		return language.Mark("A meter is nearly used up")
	case mailing.MeterExhausted:
		return language.Mark("A meter has run out")
	case mailing.PrepaidLow:
		return language.Mark("Prepaid cards run low")
	}
	return string(k)
}

// MailChoiceAbout says when such a mail is sent, for Language.Word.
func MailChoiceAbout(k mailing.Kind) string {
	switch k { //nolint:exhaustive // only some can be chosen
	case mailing.NewDevice:
		return language.Mark("A device was activated that never was. The first is told at once, those of a day after that in one mail.")
	case mailing.NearlyUsedUp:
		return language.Mark("Nine tenths of the activations of a contract are in use, or all of them.")
	case mailing.UsedUp:
		return language.Mark("A device was refused for want of room.")
	case mailing.Goodwill:
		return language.Mark("The first device above the contract was activated.")
	case mailing.Expiring:
		return language.Mark("Some days before a licence ends.")
	case mailing.Expired:
		return language.Mark("The time of a licence is over, or its contract is consumed.")
	case mailing.RefreshDue:
		return language.Mark("Some days before the file of a device without internet has ended, and when it has.")
	case mailing.MeterThreshold:
		return language.Mark("A meter has reached one of the alerts that the vendor has set.")
	case mailing.MeterExhausted:
		return language.Mark("All that a meter allows is consumed for its period.")
	case mailing.PrepaidLow:
		return language.Mark("Cards of your customer have few days left or none, or devices go dark within a week. Once a day at most, and only with something new.")
	}
	return ""
}
