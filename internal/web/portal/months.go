package portal

import (
	"chancery/internal/licensing"
	"chancery/internal/web"
)

// monthAnew gives the first day of the next month as the licence counts them; empty where
// the licence counts the activations that are held.
func monthAnew(q *web.Request, page *web.Page, l *licensing.License) string {
	m := l.MonthAt(page.Now, q.VendorZone())
	if m == nil {
		return ""
	}
	return page.FirstDay(m.Ends).Text
}

// KeptPlaces says that to delete devices frees no place of this month; empty where it
// frees one.
func KeptPlaces(q *web.Request, page *web.Page, l *licensing.License) string {
	anew := monthAnew(q, page, l)
	if anew == "" {
		return ""
	}
	return q.T("That frees no place: a device that was used this month keeps its place until %s, also when it is deleted.", anew)
}

// usedUpText says what it means that new devices are refused, and what can be done.
func usedUpText(q *web.Request, page *web.Page, l *licensing.License, s licensing.State) string {
	bar := Activations(q, l)
	all := max(bar.Allowed, bar.Contract)
	if anew := monthAnew(q, page, l); anew != "" {
		return q.T("All %d places of this month are taken: a device that has none is not valid until %s, or until there are more; those that have one go on. "+
			"Deleting a device frees no place this month.", all, anew)
	}
	return q.T("All %d activations are in use: new devices have been refused since %s, those activated go on. Delete a device, or ask for more activations.",
		all, page.At(s.UsedUpAt).Text)
}

// goodwillText says what it means that some devices are above the contract.
func goodwillText(q *web.Request, page *web.Page, l *licensing.License) string {
	above := l.OnGoodwill(page.Now)
	if anew := monthAnew(q, page, l); anew != "" {
		return q.T("%d devices of this month are above your contract. They may run until %s, when all count anew; ask for more activations if you need them for good.",
			above, anew)
	}
	return q.T("%d devices are above your contract. They may run for now; delete some, or ask for more activations.", above)
}

// nearlyText says how much is left, and what can be done.
func nearlyText(q *web.Request, page *web.Page, l *licensing.License) string {
	bar := Activations(q, l)
	if anew := monthAnew(q, page, l); anew != "" {
		return q.T("%d of %d places of this month are taken. All count anew on %s; ask for more if you need them before.", bar.Used, bar.Contract, anew)
	}
	return q.T("%d of %d activations are in use. Delete devices that you do not use any more, or ask for more.", bar.Used, bar.Contract)
}
