package overview

import (
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// place is where in the tree somebody chooses: the customer whose sub-customers are
// listed, or the top.
func (p *Pages) place(q *web.Request) (l, at frame.Look, err error) {
	if l, err = p.Frame.Look(q); err != nil {
		return l, at, err
	}
	at = l
	if text := q.Text("under"); text != "" {
		id, wrong := ident.ParseUUID(text)
		if wrong != nil {
			return l, at, fault.Missing("customer")
		}
		at, err = p.Frame.OfOwner(q, id)
		return l, at, err
	}
	at.Stock, at.Below, at.Owner = false, false, l.Acting // from the top
	return l, at, nil
}

func (p *Pages) customersChrome(q *web.Request) (web.Page, error) {
	l, at, err := p.place(q)
	if err != nil {
		return web.Page{}, err
	}
	page := p.Frame.Page(q, l, q.T("Choose a customer"), "-")
	page.Actions = nil
	page.More = nil
	page.Sub = q.T("Search looks at any depth.")
	if at.Owner != nil && q.Text("q") == "" {
		page.Sub = q.T("Directly below %s. Search looks at any depth.", frame.OwnerName(at.Owner.Name, at.Owner.Number))
	}
	plain := func(label, href, icon string) {
		page.Actions = append(page.Actions, web.Action{Label: label, Href: href, Icon: icon, Plain: true})
	}
	switch whole := l.Top(); {
	case q.Text("under") != "":
		plain(q.T("To the top"), l.Href(frame.PickPath), "sitemap")
	case l.By.IsStaff():
		plain(q.T("All customers"), whole.Href(frame.OverviewPath), "building")
		stock := whole
		stock.Stock = true
		plain(q.T("The vendor's stock"), stock.Href(frame.OverviewPath), "package")
	default:
		plain(q.T("Our own"), whole.Href(frame.OverviewPath), "building")
		whole.Below = true
		plain(q.T("Ours, and all below"), whole.Href(frame.OverviewPath), "sitemap")
	}
	return page, nil
}

func (p *Pages) customers(q *web.Request) (web.Table[prepaid.CustomerView], error) {
	l, at, err := p.place(q)
	if err != nil {
		return web.Table[prepaid.CustomerView]{}, err
	}
	return web.Table[prepaid.CustomerView]{
		Name: "customers", Sorts: prepaid.CustomerSorts(), Keep: append(frame.Keep(), "under"),
		Filters: []web.Filter{{Name: "q", Label: q.T("Search"), Kind: web.SearchFilter, Hint: q.T("A part of the name, or the number")}},
		Empty:   web.Empty{Icon: "building", Title: q.T("There is no sub-customer"), Text: q.T("The vendor makes sub-customers. Ask the vendor for one.")},
		Columns: customerColumns(q, l),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[prepaid.CustomerView], error) {
			f := prepaid.CustomerFilter{Text: q.Text("q")}
			if at.Owner != nil {
				f.Within = at.Owner.ID
			}
			f.Direct = f.Text == ""
			return p.Rows.Customers(q.Context(), q.VendorID(), f, r)
		},
	}, nil
}

func customerColumns(q *web.Request, l frame.Look) []web.Column[prepaid.CustomerView] {
	number := q.Language().Number
	below := func(c prepaid.CustomerView) string { return l.Href(frame.PickPath, "under", c.UUID.String()) }
	return []web.Column[prepaid.CustomerView]{
		{
			Name: "customer", Label: q.T("Customer"), Roomy: true,
			Cell: func(c prepaid.CustomerView) web.Cell {
				return web.Cell{Text: c.Name, Sub: c.Number, Href: l.At(frame.OverviewPath, c.UUID)}
			},
		},
		{Name: "number", Label: q.T("Customer number"), Extra: true, Cell: func(c prepaid.CustomerView) web.Cell { return web.Cell{Text: c.Number} }},
		{Name: "superior", Label: q.T("Superior"), Cell: func(c prepaid.CustomerView) web.Cell { return web.Cell{Text: c.Above.Name, Quiet: true} }},
		{Name: "below", Label: q.T("Sub-customers"), End: true, Cell: func(c prepaid.CustomerView) web.Cell {
			cell := web.Cell{Text: number(c.Below)}
			if c.Below > 0 {
				cell.Href = below(c)
			}
			return cell
		}, Plain: func(c prepaid.CustomerView) string { return strconv.FormatInt(c.Below, 10) }},
		{
			Name: "cards", Label: q.T("Cards"), End: true, Cell: func(c prepaid.CustomerView) web.Cell { return web.Cell{Text: number(c.Cards)} },
			Plain: func(c prepaid.CustomerView) string { return strconv.FormatInt(c.Cards, 10) },
		},
		{
			Name: "days", Label: q.T("Available days"), End: true, Cell: func(c prepaid.CustomerView) web.Cell { return web.Cell{Text: number(c.Days)} },
			Plain: func(c prepaid.CustomerView) string { return strconv.FormatInt(c.Days, 10) },
		},
		{Name: "look", Label: q.T("Choose"), Act: true, Cell: func(c prepaid.CustomerView) web.Cell {
			cell := web.Cell{Links: []web.Link{{Label: q.T("Choose"), Href: l.At(frame.OverviewPath, c.UUID)}}}
			if c.Below > 0 {
				cell.Links = append(cell.Links, web.Link{Label: q.T("With all below"), Href: l.At(frame.OverviewPath, c.UUID, frame.BelowName, "1")})
			}
			return cell
		}},
	}
}
