package prepaid

import (
	"strconv"

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

// Where few days are left.
const (
	lowDays   = 30
	shortDays = 7
)

// IsLow and IsShort report whether a card has fewer than 30, or fewer than 7 days left, or none.
func IsLow(days int64) bool { return days < lowDays }

// IsShort see IsLow.
func IsShort(days int64) bool { return days < shortDays }

// MethodBadge shows the method of a transfer.
func MethodBadge(k prepaid.TransferKind) *web.Badge {
	switch k {
	case prepaid.Sell:
		return &web.Badge{Word: language.Mark("Sell"), Tone: web.Info, Hint: language.Mark("down, to a direct sub-customer")}
	case prepaid.Return:
		return &web.Badge{Word: language.Mark("Return"), Tone: web.Soon, Hint: language.Mark("up, to the direct superior")}
	case prepaid.BindDown:
		return &web.Badge{Word: language.Mark("Bind"), Tone: web.Good, Hint: language.Mark("down, with a card that was bound to a sub-customer's device")}
	case prepaid.DeviceSale:
		return &web.Badge{Word: language.Mark("Device sale"), Tone: web.Notable, Hint: language.Mark("devices, with the cards on them")}
	case prepaid.Issue:
		return &web.Badge{Word: language.Mark("Issue"), Tone: web.Neutral, Hint: language.Mark("made by the vendor")}
	case prepaid.TopUp:
		return &web.Badge{Word: language.Mark("Top up"), Tone: web.Neutral, Hint: language.Mark("more days, put on by the vendor")}
	case prepaid.Withdraw:
		return &web.Badge{Word: language.Mark("Withdraw"), Tone: web.Bad, Hint: language.Mark("days taken back by the vendor")}
	}
	return &web.Badge{Word: string(k), Tone: web.Neutral}
}

// DeductionBadge shows what kind of deduction a row is.
func DeductionBadge(k prepaid.DeductionKind) *web.Badge {
	switch k {
	case prepaid.Charge:
		return &web.Badge{Word: language.Mark("Charged"), Tone: web.Good, Hint: language.Mark("one day of the card, for 24 hours of the device")}
	case prepaid.Grace:
		return &web.Badge{Word: language.Mark("Day of grace"), Tone: web.Notable, Hint: language.Mark("24 hours without a card, which the next card pays")}
	case prepaid.Settlement:
		return &web.Badge{Word: language.Mark("Settlement"), Tone: web.Soon, Hint: language.Mark("one day of the card, for a day of grace of before")}
	case prepaid.Failed:
		return &web.Badge{Word: language.Mark("Deduction failed"), Tone: web.Bad, Hint: language.Mark("the device was blacklisted")}
	}
	return &web.Badge{Tone: web.Neutral}
}

// TriggerText says what triggered a deduction.
func TriggerText(q *web.Request, w prepaid.DeductionView) string {
	switch {
	case w.ByReport:
		return q.T("a report of the device")
	case w.Kind == prepaid.Settlement:
		return q.T("the card that came")
	}
	return q.T("the run")
}

// Plain is a number as files and addresses have it.
func Plain(n int64) string { return strconv.FormatInt(n, 10) }
