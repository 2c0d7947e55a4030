package licenses

import (
	"time"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type usagePage struct {
	web.Page

	Charts []web.Chart
	Values []show.Value
	Days   int
}

func (p *Pages) usage() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/licenses/{id}/usage", web.Needs(identity.ViewLicenses), "usage.html", p.showUsage)}
}

func (p *Pages) showUsage(q *web.Request) (*usagePage, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, err
	}
	page := &usagePage{Page: p.header(q, l, "Usage"), Days: chartedDays}
	since := licensing.DayOf(page.Now.Add(-chartedDays * 24 * time.Hour))
	usage, err := p.Rows.UsageOfLicense(q.Context(), q.VendorID(), l.ID, l.Product.ID, since)
	if err != nil {
		return nil, err
	}
	values, err := p.Rows.AnalyticalOfLicense(q.Context(), q.VendorID(), l.ID, l.Product.ID, since)
	if err != nil {
		return nil, err
	}
	page.Charts = show.UsageCharts(&page.Page, usage, since)
	page.Values = show.Values(values)
	return page, nil
}
