package records

import (
	"chancery/internal/calendar"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

func kinds() []prepaid.DeductionKind {
	return []prepaid.DeductionKind{prepaid.Charge, prepaid.Grace, prepaid.Settlement, prepaid.Failed}
}

// reasonOf says why a deduction failed.
func reasonOf(q *web.Request, d prepaid.Dark) string {
	switch d {
	case prepaid.DarkNoCard:
		return q.T("No card is bound to the device.")
	case prepaid.DarkNoDays:
		return q.T("No day is left on the cards of the device.")
	case prepaid.NotDark:
	}
	return ""
}

func (p *Pages) deductions(q *web.Request) (web.Table[prepaid.DeductionView], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.DeductionView]{}, err
	}
	what := web.Filter{Name: "kind", Label: q.T("Kind"), Kind: web.ChoiceFilter}
	for _, k := range kinds() {
		what.Options = append(what.Options, web.Option{Value: k.String(), Label: q.Language().Word(frame.DeductionBadge(k).Word)})
	}
	return web.Table[prepaid.DeductionView]{
		Name: "deduction-record", Sorts: prepaid.DeductionSorts(), Keep: frame.Keep(), Top: true,
		Filters: append(dayFilters(q),
			web.Filter{Name: cardName, Label: q.T("Card number"), Kind: web.SearchFilter},
			web.Filter{Name: "device", Label: q.T("Device number"), Kind: web.SearchFilter},
			what,
		),
		Empty:   web.Empty{Icon: "receipt", Title: q.T("Nothing was charged yet"), Text: q.T("A card is charged from the first report of its device on.")},
		Columns: deductionColumns(q, l),
		Rows: func(q *web.Request, r listing.Request) (page listing.Page[prepaid.DeductionView], err error) {
			f := prepaid.DeductionFilter{Card: q.Text(cardName), Device: q.Text("device"), Holders: l.Holder()}
			if f.FromDay, f.ToDay, err = days(q); err != nil {
				return page, err
			}
			for _, k := range kinds() {
				if k.String() == q.Text("kind") {
					f.Kind = &k
				}
			}
			return p.Rows.Deductions(q.Context(), q.VendorID(), f, r)
		},
	}, nil
}

func deductionColumns(q *web.Request, l frame.Look) []web.Column[prepaid.DeductionView] {
	return []web.Column[prepaid.DeductionView]{
		{Name: "day", Label: q.T("Day"), Cell: func(w prepaid.DeductionView) web.Cell {
			return web.Cell{Text: q.Language().Day(calendar.Numbered(w.Day)), Whole: true}
		}, Plain: func(w prepaid.DeductionView) string { return calendar.Numbered(w.Day).String() }},
		{Name: "at", Label: q.T("Time"), Cell: func(w prepaid.DeductionView) web.Cell { return web.Cell{At: w.At} }},
		{Name: "device", Label: q.T("Device"), Cell: func(w prepaid.DeductionView) web.Cell {
			return web.Cell{Text: w.DeviceNo, Mono: true, Href: l.Href(frame.DeductionsPath, "device", w.DeviceNo)}
		}},
		{Name: cardName, Label: q.T("Card"), Cell: func(w prepaid.DeductionView) web.Cell {
			if w.CardNo == "" {
				return web.Cell{Text: w.LicenseCode, Quiet: true}
			}
			return web.Cell{Text: w.CardNo, Sub: w.LicenseCode, Mono: true, Whole: true, Href: l.Href(frame.DeductionsPath, cardName, w.CardNo)}
		}, Plain: func(w prepaid.DeductionView) string { return w.CardNo }},
		{Name: codeName, Label: q.T("License code"), Extra: true, Cell: func(w prepaid.DeductionView) web.Cell { return web.Cell{Text: w.LicenseCode} }},
		{Name: "kind", Label: q.T("Kind"), Cell: func(w prepaid.DeductionView) web.Cell {
			return web.Cell{Badge: frame.DeductionBadge(w.Kind)}
		}, Plain: func(w prepaid.DeductionView) string { return w.Kind.String() }},
		{Name: "reason", Label: q.T("What to do"), Roomy: true, Cell: func(w prepaid.DeductionView) web.Cell {
			if w.Kind != prepaid.Failed {
				return web.Cell{}
			}
			cell := web.Cell{Text: reasonOf(q, w.Reason), Sub: q.T("Bind a card with days.")}
			if w.Contact != "" {
				cell.Sub = q.T("Buy days: %s", w.Contact)
			}
			return cell
		}, Plain: func(w prepaid.DeductionView) string { return w.Reason.Reason() }},
		{Name: "trigger", Label: q.T("Triggered by"), Cell: func(w prepaid.DeductionView) web.Cell {
			return web.Cell{Text: frame.TriggerText(q, w), Quiet: true}
		}},
		{
			Name: "owner", Label: q.T("Customer"), Extra: !l.Everybody() && !l.Below,
			Cell:  func(w prepaid.DeductionView) web.Cell { return frame.OwnerCell(q, w.Owner) },
			Plain: func(w prepaid.DeductionView) string { return w.Owner.Number },
		},
		{Name: "contact", Label: q.T("Buy days"), Extra: true, Cell: func(w prepaid.DeductionView) web.Cell { return web.Cell{Text: w.Contact} }},
	}
}
