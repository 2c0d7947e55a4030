package records

import (
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// methodBadge shows the method of a transfer.
func methodBadge(k prepaid.TransferKind) *web.Badge {
	switch k {
	case prepaid.Sell:
		return &web.Badge{Word: language.Mark("Sell"), Tone: web.Info, Hint: language.Mark("down, to a direct sub-customer")}
	case prepaid.Return:
		return &web.Badge{Word: language.Mark("Return"), Tone: web.Soon, Hint: language.Mark("up, to the direct superior")}
	case prepaid.BindDown:
		return &web.Badge{Word: language.Mark("Bind"), Tone: web.Good, Hint: language.Mark("down, with a card that was bound to a sub-customer's device")}
	case prepaid.DeviceSale:
		return &web.Badge{Word: language.Mark("Device sale"), Tone: web.Notable, Hint: language.Mark("devices, with the cards on them")}
	case prepaid.Issue:
		return &web.Badge{Word: language.Mark("Issue"), Tone: web.Neutral, Hint: language.Mark("made by the vendor")}
	case prepaid.TopUp:
		return &web.Badge{Word: language.Mark("Top up"), Tone: web.Neutral, Hint: language.Mark("more days, put on by the vendor")}
	case prepaid.Withdraw:
		return &web.Badge{Word: language.Mark("Withdraw"), Tone: web.Bad, Hint: language.Mark("days taken back by the vendor")}
	}
	return &web.Badge{Word: string(k), Tone: web.Neutral}
}

func (p *Pages) sales(q *web.Request) (web.Table[prepaid.TransferView], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.TransferView]{}, err
	}
	codes, err := p.codeFilter(q, l)
	methods := web.Filter{Name: "method", Label: q.T("Method"), Kind: web.ChoiceFilter}
	for _, k := range prepaid.TransferKinds() {
		methods.Options = append(methods.Options, web.Option{Value: string(k), Label: q.Language().Word(methodBadge(k).Word)})
	}
	return web.Table[prepaid.TransferView]{
		Name: "sales-record", Sorts: prepaid.TransferSorts(), Keep: frame.Keep(),
		Filters: append(dayFilters(q), codes, methods,
			web.Filter{Name: "party", Label: q.T("Customer"), Kind: web.SearchFilter, Hint: q.T("Customer: number or name")},
			web.Filter{Name: cardName, Label: q.T("Card number"), Kind: web.SearchFilter},
		),
		Empty:   web.Empty{Icon: "history", Title: q.T("Nothing has moved yet"), Text: q.T("Each sale, return and binding to a sub-customer's device stands here.")},
		Columns: salesColumns(q, l),
		Rows: func(q *web.Request, r listing.Request) (page listing.Page[prepaid.TransferView], err error) {
			f := prepaid.TransferFilter{
				Code: q.Text(codeName), Kind: prepaid.TransferKind(q.Text("method")), Party: q.Text("party"), Card: q.Text(cardName), Holders: l.Holder(),
			}
			if f.FromDay, f.ToDay, err = days(q); err != nil {
				return page, err
			}
			return p.Rows.Transfers(q.Context(), q.VendorID(), f, r)
		},
	}, err
}

func salesColumns(q *web.Request, l frame.Look) []web.Column[prepaid.TransferView] {
	number := func(name, label string, of func(w prepaid.TransferView) int64) web.Column[prepaid.TransferView] {
		return web.Column[prepaid.TransferView]{
			Name: name, Label: label, End: true, Plain: func(w prepaid.TransferView) string { return strconv.FormatInt(of(w), 10) },
			Cell: func(w prepaid.TransferView) web.Cell {
				if of(w) == 0 {
					return web.Cell{}
				}
				return web.Cell{Text: q.Language().Number(of(w))}
			},
		}
	}
	side := func(name, label string, of func(w prepaid.TransferView) prepaid.Owner) web.Column[prepaid.TransferView] {
		return web.Column[prepaid.TransferView]{
			Name: name, Label: label, Roomy: true, Cell: func(w prepaid.TransferView) web.Cell { return frame.OwnerCell(q, of(w)) },
			Plain: func(w prepaid.TransferView) string { return of(w).Number },
		}
	}
	columns := []web.Column[prepaid.TransferView]{
		{Name: "at", Label: q.T("Date"), Sort: "at", Cell: func(w prepaid.TransferView) web.Cell { return web.Cell{At: w.At} }},
		{
			Name: "method", Label: q.T("Method"), Cell: func(w prepaid.TransferView) web.Cell { return web.Cell{Badge: methodBadge(w.Kind)} },
			Plain: func(w prepaid.TransferView) string { return string(w.Kind) },
		},
		side("from", q.T("From"), func(w prepaid.TransferView) prepaid.Owner { return w.Source }),
		side("to", q.T("To"), func(w prepaid.TransferView) prepaid.Owner { return w.Target }),
		{Name: codeName, Label: q.T("License code"), Cell: func(w prepaid.TransferView) web.Cell { return web.Cell{Text: w.LicenseCode} }},
		number("cards", q.T("Cards"), func(w prepaid.TransferView) int64 { return w.Cards }),
		number("days", q.T("Days"), func(w prepaid.TransferView) int64 { return w.Days }),
		number("devices", q.T("Devices"), func(w prepaid.TransferView) int64 { return w.Devices }),
	}
	if l.By.IsStaff() {
		columns = append(columns, web.Column[prepaid.TransferView]{
			Name: "by", Label: q.T("By"), Extra: true, Cell: func(w prepaid.TransferView) web.Cell { return web.Cell{Text: w.Actor, Quiet: true} },
		})
	}
	return append(columns, web.Column[prepaid.TransferView]{
		Name: "details", Label: q.T("Cards"), Act: true,
		Cell: func(w prepaid.TransferView) web.Cell {
			if w.Cards == 0 {
				return web.Cell{}
			}
			return web.Cell{Links: []web.Link{{Label: q.T("Card numbers"), Href: l.Href(frame.SalesPath + "/" + w.UUID.String())}}}
		},
	})
}

// transfer is the transfer that an address names, where who looks is on one of its sides,
// or above one.
func (p *Pages) transfer(q *web.Request) (frame.Look, *prepaid.TransferView, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return l, nil, err
	}
	id, err := q.ID("id")
	if err != nil {
		return l, nil, err
	}
	w, err := p.Rows.TransferOf(q.Context(), q.VendorID(), id, l.Sees())
	if err == nil && w == nil {
		err = fault.Missing("transfer")
	}
	return l, w, err
}

func (p *Pages) movedChrome(q *web.Request) (web.Page, error) {
	l, w, err := p.transfer(q)
	if err != nil {
		return web.Page{}, err
	}
	page := p.Frame.Page(q, l, q.T("Cards of one transfer"), "-", web.Link{Label: q.T("Sales record"), Href: l.Href(frame.SalesPath)})
	page.Badge = methodBadge(w.Kind)
	name := func(o prepaid.Owner) string {
		if o.UUID.IsZero() {
			return q.T("The vendor's stock")
		}
		return frame.OwnerName(o.Name, o.Number)
	}
	page.Sub = page.At(w.At).Text + " · " + name(w.Source) + " → " + name(w.Target) + " · " + w.LicenseCode
	page.More = nil
	return page, nil
}

// moved lists the numbers of the cards of a transfer, as they were named then.
func (p *Pages) moved(q *web.Request) (web.Table[string], error) {
	_, w, err := p.transfer(q)
	if err != nil {
		return web.Table[string]{}, err
	}
	return web.Table[string]{
		Name: "cards-of-transfer", Sorts: []string{"id"},
		Empty:   web.Empty{Icon: "credit-card", Title: q.T("There are no cards.")},
		Columns: []web.Column[string]{{Name: "number", Label: q.T("Card number"), Cell: func(n string) web.Cell { return web.Cell{Text: n, Mono: true, Copy: n} }}},
		Rows: func(q *web.Request, r listing.Request) (page listing.Page[string], err error) {
			var after ident.CardID
			if r.After != nil {
				after = ident.CardID(r.After.ID)
			}
			var last ident.CardID
			page.Items, last, err = p.Rows.TransferredCards(q.Context(), q.VendorID(), w.ID, after, r.Limit)
			if len(page.Items) == r.Limit {
				page.Next = r.Mark(int64(last)).Encode()
			}
			return page, err
		},
	}, nil
}
