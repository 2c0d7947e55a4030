package cards

import (
	"slices"
	"strings"

	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

func (p *Pages) codesChrome(q *web.Request) (web.Page, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Page{}, err
	}
	return p.Frame.Page(q, l, q.T("License list"), frame.ListPath), nil
}

// codes is the License list: the figures of each license code.
func (p *Pages) codes(q *web.Request) (web.Table[prepaid.CodeFigures], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.CodeFigures]{}, err
	}
	stats, err := p.Rows.Statistics(q.Context(), q.VendorID(), l.Holder())
	if err != nil {
		return web.Table[prepaid.CodeFigures]{}, err
	}
	return web.Table[prepaid.CodeFigures]{
		Name: "license-list", Sorts: []string{"code"}, Keep: frame.Keep(),
		Empty:   web.Empty{Icon: "credit-card", Title: q.T("No licences yet"), Text: q.T("They appear here as soon as you are sold some.")},
		Columns: codeColumns(q, l),
		Filters: []web.Filter{codeFilter(q, stats)},
		Rows: func(q *web.Request, _ listing.Request) (page listing.Page[prepaid.CodeFigures], err error) {
			page.Items = slices.DeleteFunc(slices.Clone(stats.Codes), func(c prepaid.CodeFigures) bool {
				wanted := q.Text("license_code")
				return wanted != "" && prepaid.CodeKey(wanted) != prepaid.CodeKey(c.Code.Code)
			})
			return page, nil
		},
	}, nil
}

// codeFilter offers the codes of which somebody has cards.
func codeFilter(q *web.Request, stats prepaid.Statistics) web.Filter {
	f := web.Filter{Name: "license_code", Label: q.T("License code"), Kind: web.ChoiceFilter}
	for _, c := range stats.Codes {
		f.Options = append(f.Options, web.Option{Value: c.Code.Code, Label: c.Code.Code})
	}
	return f
}

func codeColumns(q *web.Request, l frame.Look) []web.Column[prepaid.CodeFigures] {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	columns := []web.Column[prepaid.CodeFigures]{
		{
			Name: "code", Label: q.T("License code"), Roomy: true,
			Cell: func(c prepaid.CodeFigures) web.Cell {
				return web.Cell{Text: c.Code.Code, Sub: c.Code.Name, Href: l.Href(frame.CardsPath, "license_code", c.Code.Code)}
			},
		},
		{
			Name: "available_days", Label: q.T("Available days"), End: true,
			Cell: func(c prepaid.CodeFigures) web.Cell {
				cell := number(c.Days)
				cell.Sub = q.T("%d days on a new card", c.Code.Days)
				return cell
			},
			Plain: func(c prepaid.CodeFigures) string { return frame.Plain(c.Days) },
		},
		{
			Name: "models", Label: q.T("Model range"),
			Cell: func(c prepaid.CodeFigures) web.Cell { return web.Cell{Text: strings.Join(c.Code.Models, ", ")} },
		},
	}
	for _, s := range prepaid.Statuses() {
		columns = append(columns, web.Column[prepaid.CodeFigures]{
			Name: string(s), Label: q.Language().Word(frame.StatusWord(s)), End: true,
			Cell: func(c prepaid.CodeFigures) web.Cell {
				cell := number(c.ByStatus[s])
				if c.ByStatus[s] > 0 {
					cell.Href = l.Href(frame.CardsPath, "license_code", c.Code.Code, "status", string(s))
				}
				return cell
			},
			Plain: func(c prepaid.CodeFigures) string { return frame.Plain(c.ByStatus[s]) },
		})
	}
	return append(columns,
		web.Column[prepaid.CodeFigures]{
			Name: "total", Label: q.T("Total"), End: true,
			Cell: func(c prepaid.CodeFigures) web.Cell { return number(c.Total) }, Plain: func(c prepaid.CodeFigures) string { return frame.Plain(c.Total) },
		},
		web.Column[prepaid.CodeFigures]{
			Name: "details", Label: q.T("Details"), Act: true,
			Cell: func(c prepaid.CodeFigures) web.Cell {
				return web.Cell{Links: []web.Link{{Label: q.T("Details"), Href: l.Href(frame.CardsPath, "license_code", c.Code.Code)}}}
			},
		})
}
