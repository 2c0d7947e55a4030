package attention

import (
	"slices"
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/figures"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/refusal"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) usedUp() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/used-up", web.Needs(identity.ViewLicenses), "chartandlist.html", p.usedUpPage),
		web.CSV(p.Face, "/used-up/export", web.Needs(identity.ViewLicenses), p.usedUpTable),
	}
}

func (p *Pages) usedUpPage(q *web.Request) (*chartAndList, error) {
	v := &chartAndList{Page: q.Page("Used up")}
	v.Sub = "Licences that refuse new clients since all activations are in use, goodwill included. Activated clients go on."
	if err := p.asOf(q, &v.Page); err != nil {
		return nil, err
	}
	span := show.SpanOf(q, 30)
	v.Tabs = spanTabs(q, "/used-up", span)
	rows, err := p.Figures.Days(q.Context(), q.VendorID(), figures.Denials, 0, span.First, span.Last)
	if err != nil {
		return nil, err
	}
	var refused []figures.Row
	for _, r := range rows {
		if r.Value == strconv.Itoa(refusal.NoTokenLeft) {
			refused = append(refused, r)
		}
	}
	v.Charts = []web.Chart{{
		ID: "refused", Title: "New clients refused per day", Kind: web.BarChart, Unit: "refused calls", Labels: span.Labels(), Today: true,
		Series: []web.Series{span.Series("Refused", web.Warning, refused)}, Empty: "No new client was refused in this time.",
	}}
	t, err := p.usedUpTable(q)
	if err != nil {
		return nil, err
	}
	if v.List, err = t.View(q, &v.Page); err != nil {
		return nil, err
	}
	v.List.CSV = exportHref(q, "/used-up/export")
	return v, nil
}

func (p *Pages) usedUpTable(q *web.Request) (web.Table[licensing.UsedUp], error) {
	products, err := p.productFilter(q)
	of := func(u licensing.UsedUp) *licensing.License { return u.License }
	customer, license, activations := columnsOf(q, of)
	t := web.Table[licensing.UsedUp]{
		Name: "used-up", Sorts: []string{"-since"}, Filters: []web.Filter{products},
		Empty: web.Empty{
			Icon: "battery", Title: "No licence is used up", Text: "A licence shows here once it has refused a new client for want of a free activation.",
		},
		Columns: []web.Column[licensing.UsedUp]{
			customer,
			license,
			activations,
			{Name: "since", Label: "Since", Sort: "since", Cell: func(u licensing.UsedUp) web.Cell { return web.Cell{When: u.License.UsedUpAt} }},
			{Name: "refused", Label: "Refused calls", End: true, Cell: func(u licensing.UsedUp) web.Cell { return web.Cell{Text: web.Number(u.Refused)} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.UsedUp], error) {
			return p.Rows.UsedUp(q.Context(), q.VendorID(), product(q), r)
		},
	}
	t.Columns = slices.Concat(t.Columns, show.LicenseDetails(q, of), actColumns(q, func(licensing.UsedUp) About { return AboutUsedUp }, of))
	return t, err
}
