package analytics

import (
	"context"
	"strconv"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/web"
)

// Usage names what clients report of.
type Usage interface {
	Definitions(
		ctx context.Context, v ident.VendorID, product ident.ProductID, kind metering.DefinitionKind, r listing.Request,
	) (listing.Page[metering.Definition], error)
}

// maxDefinitions is how many features and fields of a product can be chosen.
const maxDefinitions = 30

// usage is what clients of one product report: one feature or field at a time.
func (p *Pages) usage(q *web.Request) (*page, error) {
	a, err := p.asked(q)
	if err != nil {
		return nil, err
	}
	if a.product == nil {
		if err := p.firstReported(q, &a); err != nil {
			return nil, err
		}
	}
	v := &page{Page: q.Page("Analytics")}
	v.Sub = "What programs report of their use, by day."
	v.Tabs, v.Choices = tabs(q, a, "/analytics/usage"), a.choices(q, "/analytics/usage")
	if len(v.Choices) > 1 {
		v.Choices[1].Links = v.Choices[1].Links[1:] // features are a product's own
	}
	chosen, err := p.chooseDefinition(q, a, v)
	if err != nil {
		return nil, err
	}
	if chosen == nil {
		v.Nothing = &web.Empty{
			Icon: "activity", Title: "Nothing is reported yet",
			Text: "Programs report usage features and analytical fields with the SDK or the API; they show here from the first report on.",
		}
		return v, nil
	}
	if chosen.Kind == metering.FieldDefinition && !chosen.IsNumber {
		return v, p.said(q, a, v, chosen)
	}
	return v, p.numbers(q, a, v, chosen)
}

// firstReported chooses the first product that anything is reported of, or else
// the first.
func (p *Pages) firstReported(q *web.Request, a *asked) error {
	for i := range a.products {
		for _, kind := range []metering.DefinitionKind{metering.FeatureDefinition, metering.FieldDefinition} {
			found, err := p.Usage.Definitions(q.Context(), q.VendorID(), a.products[i].ID, kind, listing.Request{Limit: 1, Sort: "name"})
			if err != nil {
				return err
			}
			if len(found.Items) > 0 {
				a.product = &a.products[i]
				return nil
			}
		}
	}
	if len(a.products) > 0 {
		a.product = &a.products[0]
	}
	return nil
}

// chooseDefinition offers the product's features and fields, and gives the one
// that was chosen; nil when there is none.
func (p *Pages) chooseDefinition(q *web.Request, a asked, v *page) (*metering.Definition, error) {
	if a.product == nil {
		return nil, nil
	}
	var chosen *metering.Definition
	for _, kind := range []struct {
		kind  metering.DefinitionKind
		label string
	}{{metering.FeatureDefinition, "Feature"}, {metering.FieldDefinition, "Field"}} {
		found, err := p.Usage.Definitions(q.Context(), q.VendorID(), a.product.ID, kind.kind, listing.Request{Limit: maxDefinitions, Sort: "name"})
		if err != nil {
			return nil, err
		}
		c := choice{Label: kind.label}
		for i := range found.Items {
			d := &found.Items[i]
			id := d.UUID.String()
			if id == q.Text("of") || chosen == nil && q.Text("of") == "" {
				chosen = d
			}
			c.Links = append(c.Links, web.Tab{Label: d.Name, Href: a.href(q, "/analytics/usage", "of", id), Active: chosen == d})
		}
		if len(c.Links) > 0 {
			v.Choices = append(v.Choices, c)
		}
	}
	return chosen, nil
}

// of are a figure's rows of one definition, with what stands behind it as their value.
func (p *Pages) of(q *web.Request, a asked, f figures.Figure, d *metering.Definition) ([]figures.Row, error) {
	rows, err := p.Figures.Days(q.Context(), q.VendorID(), f, a.productID(), a.span.First, a.span.Last)
	var own []figures.Row
	for _, r := range rows {
		id, rest := figures.Definition(r.Value)
		if id == d.UUID {
			r.Value = rest
			own = append(own, r)
		}
	}
	return own, err
}

const millionths = 1_000_000

// numbers shows a feature, or a field that is a number.
func (p *Pages) numbers(q *web.Request, a asked, v *page, d *metering.Definition) error {
	sum, many := figures.UsageSum, figures.UsageClients
	if d.Kind == metering.FieldDefinition {
		sum, many = figures.FieldSum, figures.FieldClients
	}
	sums, err := p.of(q, a, sum, d)
	if err != nil {
		return err
	}
	clients, err := p.of(q, a, many, d)
	if err != nil {
		return err
	}
	total, reports := a.span.Series("Sum", "", sums), a.span.Series("Clients", "", clients)
	average := web.Series{Name: "Average", Values: make([]int64, len(total.Values)), Missing: make([]bool, len(total.Values))}
	var all, days int64
	for i, n := range total.Values {
		total.Values[i] = (n + millionths/2) / millionths
		all, days = all+n, days+reports.Values[i]
		if average.Missing[i] = reports.Values[i] == 0; !average.Missing[i] {
			average.Values[i] = (n/reports.Values[i] + millionths/2) / millionths
		}
	}
	mean := "—"
	if days > 0 {
		mean = strconv.FormatFloat(float64(all)/float64(days)/millionths, 'f', 2, 64)
	}
	v.Stats = []web.Stat{
		{Label: "Sum", Icon: "activity", Value: web.Number((all + millionths/2) / millionths), Sub: "in " + strconv.Itoa(a.span.Days) + " days"},
		{Label: "Average", Icon: "gauge", Value: mean, Sub: "of a client and day that reported"},
		{Label: "Reports", Icon: "devices", Value: web.Number(days), Sub: "days of clients that reported"},
	}
	if d.Kind == metering.FieldDefinition {
		v.Stats = v.Stats[1:]
	}
	edition := dimension{by: figures.Edition, nothing: "Without a licence"}
	byEdition := web.Chart{ID: "editions", Title: d.Name + " by edition", Kind: web.RankChart, Unit: d.Name, Series: []web.Series{{Name: "Sum"}}}
	for _, s := range a.span.SeriesByValue(sums, most, func(value string) string { return p.name(q, a, edition, value) }) {
		var n int64
		for _, value := range s.Values {
			n += value
		}
		byEdition.Labels, byEdition.Series[0].Values = append(byEdition.Labels, s.Name), append(byEdition.Series[0].Values, (n+millionths/2)/millionths)
	}
	labels := a.span.Labels()
	v.Charts = []web.Chart{
		{ID: "sum", Title: d.Name + " per day", Kind: web.BarChart, Unit: d.Name, Labels: labels, Today: true, Series: []web.Series{total}},
		{
			ID: "average", Title: "Average of a client", Text: "Rounded to whole numbers; a gap where nothing was reported.", Kind: web.LineChart, Unit: d.Name,
			Labels: labels, Today: true, Series: []web.Series{average},
		},
		byEdition,
		{ID: "reporting", Title: "Clients that reported", Kind: web.LineChart, Unit: "clients", Labels: labels, Series: []web.Series{reports}},
	}
	return nil
}

// said shows a field that is no number: what clients said.
func (p *Pages) said(q *web.Request, a asked, v *page, d *metering.Definition) error {
	rows, err := p.of(q, a, figures.FieldSaid, d)
	if err != nil {
		return err
	}
	series := a.span.SeriesByValue(rows, most, func(value string) string { return value })
	ring := web.Chart{
		ID: "said", Title: d.Name, Text: "Newest values of clients, added up over the days.", Kind: web.RingChart, Unit: "reports",
		Series: []web.Series{{Name: "Reports"}},
	}
	for _, s := range series {
		var n int64
		for _, value := range s.Values {
			n += value
		}
		ring.Labels, ring.Series[0].Values = append(ring.Labels, s.Name), append(ring.Series[0].Values, n)
	}
	v.Charts = []web.Chart{
		ring,
		{ID: "over", Title: d.Name + " over time", Kind: web.StackChart, Unit: "clients", Labels: a.span.Labels(), Today: true, Series: series},
	}
	return nil
}
