package activations

import (
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

type mapPage struct {
	web.Page

	Map   web.Map
	Empty *web.Empty // instead of the map
}

// showMap shows where the devices of a licence are. It is a page of its own: the list
// need not wait until thousands of devices are counted.
func (p *Pages) showMap(q *web.Request) (*mapPage, error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return nil, err
	}
	counts, err := p.Rows.Places(q.Context(), q.Reach(), l.UUID)
	if err != nil {
		return nil, err
	}
	page := &mapPage{Page: q.Page(q.T("Map"), crumbs(q, l)...)}
	page.Sub = portal.Title(l)
	if len(counts) == 0 {
		page.Empty = &web.Empty{Icon: "devices", Title: q.T("No device is activated yet"), Text: q.T("The map shows where devices call from.")}
		return page, nil
	}
	list := show.LicenseHref(q, l.UUID) + "/activations?country="
	page.Map = show.MapOfDevices(q, counts, func(country string) string { return list + country })
	return page, nil
}
