package show

import (
	"slices"

	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// Licenses is a list of licences among other things of one customer or edition;
// without names columns that would say the same in every row.
func Licenses(
	q *web.Request, name string, rows func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error), without ...string,
) web.Table[*licensing.License] {
	now := q.Now()
	t := web.Table[*licensing.License]{
		Name: name, Sorts: licensing.Sorts(), Rows: rows,
		Columns: []web.Column[*licensing.License]{
			{Name: "license", Label: "Licence", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: LicenseName(l), Href: LicenseHref(q, l.UUID)}
			}},
			{Name: "edition", Label: "Edition", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: l.Edition.Name, Href: EditionHref(q, l.Edition.UUID), Sub: l.Product.Name}
			}},
			{Name: "customer", Label: "Customer", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: l.Customer.CompanyName, Href: CustomerHref(q, l.Customer.UUID)}
			}},
			{Name: "state", Label: "State", Cell: func(l *licensing.License) web.Cell {
				badge := LicenseBadge(l, now)
				return web.Cell{Badge: &badge}
			}},
			{Name: "activations", Label: "Activations", Cell: func(l *licensing.License) web.Cell {
				bar := Activations(l)
				return web.Cell{Bar: &bar}
			}},
			{Name: "licensee", Label: "Licensee", Extra: true, Cell: func(l *licensing.License) web.Cell { return web.Cell{Text: l.LicenseeEmail} }},
			{Name: "expires", Label: "Expires", Cell: func(l *licensing.License) web.Cell {
				if end := l.ExpiryOf(l.Terms().Policy); !end.IsZero() {
					return web.Cell{Day: LastMoment(end)}
				}
				return web.Cell{Text: "Never", Quiet: true}
			}},
			{Name: "issued", Label: "Issued", Sort: "created_at", Cell: func(l *licensing.License) web.Cell { return web.Cell{When: l.CreatedAt} }},
			{Name: "key", Label: "License key", Extra: true, Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: ShortKey(l.LicenseKey), Copy: l.LicenseKey.String(), Mono: true}
			}, Plain: func(l *licensing.License) string { return l.LicenseKey.String() }},
		},
	}
	t.Columns = slices.DeleteFunc(t.Columns, func(c web.Column[*licensing.License]) bool { return slices.Contains(without, c.Name) })
	return t
}
