package prepaid

import (
	"net/url"
	"strings"
	"time"

	"chancery/internal/entry"
	"chancery/internal/language"
	"chancery/internal/prepaid"
	"chancery/internal/web"
)

// DarkText says why a device is blacklisted, or a report was refused; empty for neither.
func DarkText(q *web.Request, d prepaid.Dark) string {
	switch d {
	case prepaid.DarkNoCard:
		return q.T("no card is bound")
	case prepaid.DarkNoDays:
		return q.T("no days left")
	case prepaid.NotDark:
	}
	return ""
}

// DeviceBadge shows whether a device may work.
func DeviceBadge(d prepaid.Device, now time.Time) *web.Badge {
	switch {
	case d.Dark != prepaid.NotDark:
		return &web.Badge{Word: language.Mark("Blacklisted"), Tone: web.Bad, Hint: language.Mark("its reports are refused")}
	case d.Usable(now):
		return &web.Badge{Word: language.Mark("Usable"), Tone: web.Good, Hint: language.Mark("it has paid time")}
	case d.UsableUntil.IsZero():
		return &web.Badge{Word: language.Mark("Not started"), Tone: web.Info, Hint: language.Mark("it never had a paid day")}
	}
	return &web.Badge{Word: language.Mark("Waiting for a report"), Tone: web.Soon, Hint: language.Mark("its paid time is over, and its next report is charged")}
}

// UsableCell says until when a device may work.
func UsableCell(d prepaid.DeviceView) web.Cell { return web.Cell{At: d.UsableUntil} }

// HeardCell says when a device reported last, and what it was answered.
func HeardCell(q *web.Request, d prepaid.DeviceView) web.Cell {
	if d.HeardAt.IsZero() {
		return web.Cell{Text: q.T("never heard"), Quiet: true}
	}
	cell := web.Cell{When: d.HeardAt}
	if d.HeardAs != prepaid.NotDark {
		cell.Sub = q.T("refused: %s", DarkText(q, d.HeardAs))
	}
	return cell
}

// ContactHref is where a contact for more days leads, when it is one address; empty for a
// text.
func ContactHref(contact string) string {
	contact = strings.TrimSpace(contact)
	if address, ok := entry.Address(contact); ok {
		return "mailto:" + address
	}
	if u, err := url.Parse(contact); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(contact, " \n") {
		return contact
	}
	return ""
}
