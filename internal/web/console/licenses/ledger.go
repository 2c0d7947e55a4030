package licenses

import (
	"slices"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// metered gives the licence and the limitation of an address.
func (p *Pages) metered(q *web.Request) (*licensing.License, terms.Limitation, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, terms.Limitation{}, err
	}
	id, err := q.ID("limitation")
	if err != nil {
		return nil, terms.Limitation{}, err
	}
	for _, k := range l.Terms().Grants.Limitations {
		if k.ID == id && k.IsMeter() {
			return l, k, nil
		}
	}
	return nil, terms.Limitation{}, fault.Missing("meter")
}

func (p *Pages) ledgerChrome(q *web.Request) (web.Page, error) {
	l, k, err := p.metered(q)
	if err != nil {
		return web.Page{}, err
	}
	href := show.LicenseHref(q, l.UUID)
	page := q.Page("Ledger of "+k.Name, web.Link{Label: "Licences", Href: q.Href("/licenses")},
		web.Link{Label: show.LicenseName(l), Href: href}, web.Link{Label: "Meters", Href: href + "/meters"})
	page.Sub = "Every entry that was counted, with the meter right after it."
	if q.May(identity.ManageLicenses) {
		page.Actions = corrections(href + "/meters/" + k.ID.String())
	}
	return page, nil
}

func (p *Pages) ledgerTable(q *web.Request) (web.Table[metering.Entry], error) {
	l, k, err := p.metered(q)
	if err != nil {
		return web.Table[metering.Entry]{}, err
	}
	base := show.LicenseHref(q, l.UUID) + "/meters/" + k.ID.String() + "/take-back/"
	kinds := map[metering.Kind]web.Badge{
		metering.Consumed: {Word: "Consumed", Tone: web.Info}, metering.Adjusted: {Word: "By hand", Tone: web.Notable},
		metering.RolledBack: {Word: "Taken back", Tone: web.Neutral}, metering.Restarted: {Word: "Reset", Tone: web.Soon},
	}
	t := web.Table[metering.Entry]{
		Name: "ledger", Sorts: metering.EntrySorts(), Filters: ledgerFilters(kinds),
		Empty: web.Empty{
			Icon: "gauge", Title: "Nothing was counted yet",
			Text: "Clients report what they consume; what they did not report can be added by hand.",
		},
		Columns: []web.Column[metering.Entry]{
			{Name: "at", Label: "When", Sort: "created_at", Cell: func(e metering.Entry) web.Cell { return web.Cell{When: e.At} }},
			{Name: "kind", Label: "What", Cell: func(e metering.Entry) web.Cell {
				badge := kinds[e.Kind]
				return web.Cell{Badge: &badge, Sub: e.Note}
			}},
			{
				Name: "amount", Label: "Amount", End: true, Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: show.Amount(e.Amount)} },
				Plain: func(e metering.Entry) string { return strings.ReplaceAll(show.Amount(e.Amount), ",", "") },
			},
			{
				Name: "then", Label: "Consumed then", End: true, Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: show.Amount(e.Consumed)} },
				Plain: func(e metering.Entry) string { return strings.ReplaceAll(show.Amount(e.Consumed), ",", "") },
			},
			{Name: "client", Label: "Client", Cell: func(e metering.Entry) web.Cell {
				if e.ClientID == "" {
					return web.Cell{Text: "staff", Quiet: true}
				}
				return web.Cell{Text: e.ClientID, Mono: true, Sub: e.UserID}
			}},
			{Name: "external", Label: "External id", Extra: true, Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: e.ExternalID, Mono: true} }},
			{
				Name: "transaction", Label: "Transaction", Extra: true,
				Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: e.UUID.String(), Mono: true} },
			},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[metering.Entry], error) {
			f, err := ledgerFilter(q)
			if err != nil {
				return listing.Page[metering.Entry]{}, err
			}
			return p.Ledger.Entries(q.Context(), q.VendorID(), l.ID, k.ID, f, r)
		},
	}
	if q.May(identity.ManageLicenses) {
		t.Columns = append(t.Columns, web.Column[metering.Entry]{Name: "undo", Label: "Correct", Cell: func(e metering.Entry) web.Cell {
			switch {
			case e.Undone:
				return web.Cell{Text: "taken back", Quiet: true}
			case e.Kind == metering.RolledBack || e.Kind == metering.Restarted:
				return web.Cell{}
			}
			return web.Cell{Text: "Take back", Href: base + e.UUID.String()}
		}, Plain: func(e metering.Entry) string { return map[bool]string{true: "taken back"}[e.Undone] }})
	}
	return t, nil
}

func ledgerFilters(kinds map[metering.Kind]web.Badge) []web.Filter {
	what := web.Filter{Name: "kind", Label: "What", Kind: web.ChoiceFilter}
	for _, k := range metering.Kinds() {
		what.Options = append(what.Options, web.Option{Value: string(k), Label: kinds[k].Word})
	}
	return []web.Filter{
		{Name: "client", Label: "Client", Kind: web.SearchFilter, Hint: "Client id, the whole one"},
		what,
		{Name: "from", Label: "From", Kind: web.DateFilter},
		{Name: "to", Label: "To", Kind: web.DateFilter},
	}
}

// ledgerFilter reads what is asked for. Its days are those of the instants that are shown.
func ledgerFilter(q *web.Request) (metering.EntryFilter, error) {
	v := web.NewValues(q.R.URL.Query(), q.Zone())
	f := metering.EntryFilter{ClientID: v.Text("client"), From: v.FirstDay("from", time.Time{}), To: v.LastDay("to", time.Time{})}
	if k := metering.Kind(v.Text("kind")); slices.Contains(metering.Kinds(), k) {
		f.Kind = k
	}
	return f, v.Err()
}
