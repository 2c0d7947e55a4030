package portal

import (
	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// The parts of the pages of one licence.
const (
	LicencePart     = "licence"
	ActivationsPart = "activations"
	FilesPart       = "files"
	HistoryPart     = "history"
)

// Header begins a page of one licence: what all parts of it share.
func Header(q *web.Request, l *licensing.License, part string) web.Page {
	page := q.Page(Title(l), web.Link{Label: q.T("Overview"), Href: q.Href("/")})
	badge := Badge(l, page.Now)
	page.Badge, page.Sub = &badge, l.Edition.Name+" · "+l.Customer.CompanyName
	href := show.LicenseHref(q, l.UUID)
	page.Tabs = []web.Tab{
		{Label: q.T("Licence"), Href: href, Active: part == LicencePart},
		{
			Label: q.T("Activations"), Href: href + "/activations", Active: part == ActivationsPart,
			Count: q.Language().Number(Held(l)),
		},
	}
	if l.Terms().Policy.OfflineAllowed {
		page.Tabs = append(page.Tabs, web.Tab{Label: q.T("Licence files"), Href: href + "/files", Active: part == FilesPart})
	}
	page.Tabs = append(page.Tabs, web.Tab{Label: q.T("History"), Href: href + "/history", Active: part == HistoryPart})
	return page
}
