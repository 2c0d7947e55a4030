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

func (p *Pages) denials() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/denials", web.Needs(identity.ViewLicenses), "chartandlist.html", p.denialsPage),
		web.CSV(p.Face, "/denials/export", web.Needs(identity.ViewLicenses), func(q *web.Request) (web.Table[licensing.Denied], error) {
			return p.denialsTable(q, nil), nil
		}),
	}
}

func (p *Pages) denialsPage(q *web.Request) (*chartAndList, error) {
	v := &chartAndList{Page: q.Page("Denied")}
	v.Sub = "Activations, sessions and calls that were refused to somebody who holds a key: lost sales, support cases, or abuse."
	if err := p.asOf(q, &v.Page); err != nil {
		return nil, err
	}
	span := show.SpanOf(q, 30)
	v.Tabs = spanTabs(q, "/denials", span)
	rows, err := p.Figures.Days(q.Context(), q.VendorID(), figures.Denials, 0, span.First, span.Last)
	if err != nil {
		return nil, err
	}
	v.Charts = []web.Chart{{
		ID: "denials", Title: "Refused calls per day", Kind: web.StackChart, Unit: "refused calls", Labels: span.Labels(), Today: true,
		Series: span.Refused(rows, 6), Empty: "Nobody was refused in this time.",
	}}
	if v.List, err = p.denialsTable(q, rows).View(q, &v.Page); err != nil {
		return nil, err
	}
	v.List.CSV = exportHref(q, "/denials/export")
	return v, nil
}

// denialsTable offers the reasons that the figures name.
func (p *Pages) denialsTable(q *web.Request, seen []figures.Row) web.Table[licensing.Denied] {
	reasons := web.Filter{Name: "reason", Label: "Reason", Kind: web.ChoiceFilter}
	known := map[string]bool{}
	for _, r := range seen {
		if !known[r.Value] {
			known[r.Value] = true
			reasons.Options = append(reasons.Options, web.Option{Value: r.Value, Label: show.ReasonOf(r.Value)})
		}
	}
	of := func(d licensing.Denied) *licensing.License { return d.License }
	customer, license, activations := columnsOf(q, of)
	activations.Extra = true
	t := web.Table[licensing.Denied]{
		Name: "denied", Sorts: []string{"-hour"}, Filters: []web.Filter{reasons},
		Empty: web.Empty{
			Icon: "ban", Title: "Nobody was refused", Text: "Refused activations and sessions of your licences show here, by licence, reason and hour.",
		},
		Columns: []web.Column[licensing.Denied]{
			{Name: "hour", Label: "Hour from", Cell: func(d licensing.Denied) web.Cell { return web.Cell{At: d.Hour} }},
			{Name: "reason", Label: "Reason", Cell: func(d licensing.Denied) web.Cell {
				return web.Cell{Badge: &web.Badge{
					Word: refusal.Words(d.Reason), Tone: show.ReasonTone(d.Reason), Hint: "The protocol's number is " + strconv.Itoa(d.Reason),
				}}
			}},
			{Name: "times", Label: "Times", End: true, Cell: func(d licensing.Denied) web.Cell {
				return web.Cell{Text: web.Number(d.Denied), Href: show.LicenseHref(q, d.License.UUID) + "#refused"} // who it was
			}},
			customer,
			license,
			activations,
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Denied], error) {
			reason, _ := strconv.Atoi(q.Text("reason")) // what is no number is no reason: all
			return p.Rows.Denied(q.Context(), q.VendorID(), reason, show.SpanOf(q, 30).From(), r)
		},
	}
	t.Columns = slices.Concat(t.Columns, show.LicenseDetails(q, of), actColumns(q, aboutDenial, of))
	return t
}

// aboutDenial is what a customer is written of who was refused.
func aboutDenial(d licensing.Denied) About {
	if d.Reason == refusal.Expired {
		return AboutEnd
	}
	return AboutUsedUp
}
