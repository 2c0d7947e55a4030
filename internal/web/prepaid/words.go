package prepaid

import (
	"chancery/internal/language"
	"chancery/internal/prepaid"
	"chancery/internal/web"
)

// StatusWord is what screens call the state of a card.
func StatusWord(s prepaid.Status) string {
	switch s {
	case prepaid.Unused:
		return language.Mark("Unused")
	case prepaid.Inactive:
		return language.Mark("Inactive")
	case prepaid.InUse:
		return language.Mark("In use")
	case prepaid.Deactivated:
		return language.Mark("Deactivated")
	case prepaid.Expired:
		return language.Mark("Expired")
	}
	return ""
}

// StatusAbout says when a card is in a state.
func StatusAbout(s prepaid.Status) string {
	switch s {
	case prepaid.Unused:
		return language.Mark("on no device, never charged")
	case prepaid.Inactive:
		return language.Mark("on a device, not charged yet")
	case prepaid.InUse:
		return language.Mark("on a device, charged before")
	case prepaid.Deactivated:
		return language.Mark("taken off its device, charged before")
	case prepaid.Expired:
		return language.Mark("no days left")
	}
	return ""
}

// StatusBadge shows the state of a card.
func StatusBadge(s prepaid.Status) *web.Badge {
	tone := web.Neutral
	switch s {
	case prepaid.Unused:
		tone = web.Info
	case prepaid.Inactive:
		tone = web.Soon
	case prepaid.InUse:
		tone = web.Good
	case prepaid.Deactivated:
	case prepaid.Expired:
		tone = web.Bad
	}
	return &web.Badge{Word: StatusWord(s), Tone: tone, Hint: StatusAbout(s)}
}

// DeductionWord says whether a card in a state is charged.
func DeductionWord(s prepaid.Status) string {
	if s.MayIncurCharges() {
		return language.Mark("May incur charges")
	}
	return language.Mark("No charge")
}
