package show

import (
	"slices"
	"strconv"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// Licenses is a list of licences among other things of one customer or edition;
// without names columns that would say the same in every row.
func Licenses(
	q *web.Request, name string, rows func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error), without ...string,
) web.Table[*licensing.License] {
	t := web.Table[*licensing.License]{
		Name: name, Sorts: licensing.Sorts(), Rows: rows,
		Columns: slices.Concat([]web.Column[*licensing.License]{
			{Name: "license", Label: "Licence", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: LicenseName(l), Href: LicenseHref(q, l.UUID)}
			}},
			{Name: "in", Label: "Edition and product", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: l.Edition.Name, Href: EditionHref(q, l.Edition.UUID), Sub: l.Product.Name}
			}},
		}, LicenseColumns(q), LicenseDetails(q, self), LicenseTerms(q)),
	}
	t.Columns = slices.DeleteFunc(t.Columns, func(c web.Column[*licensing.License]) bool { return slices.Contains(without, c.Name) })
	return t
}

func self(l *licensing.License) *licensing.License { return l }

// LicenseColumns are what lists of licences show: whose it is, how it stands, when it ends.
func LicenseColumns(q *web.Request) []web.Column[*licensing.License] {
	now := q.Now()
	return []web.Column[*licensing.License]{
		{Name: "customer", Label: "Customer", Cell: func(l *licensing.License) web.Cell {
			return web.Cell{Text: l.Customer.CompanyName, Href: CustomerHref(q, l.Customer.UUID)}
		}},
		{Name: "state", Label: "State", Cell: func(l *licensing.License) web.Cell {
			badge := LicenseBadge(l, now)
			return web.Cell{Badge: &badge, Sub: why(l, now, q.VendorZone())}
		}},
		{Name: "activations", Label: "Activations", Cell: func(l *licensing.License) web.Cell {
			bar := Activations(l, now)
			return web.Cell{Bar: &bar, Href: LicenseHref(q, l.UUID) + "/devices"}
		}},
		{Name: "expires", Label: "Expires", Cell: End, Plain: func(l *licensing.License) string { return writtenEnd(l, q.VendorZone()) }},
		{Name: "issued", Label: "Issued", Sort: "created_at", Cell: func(l *licensing.License) web.Cell { return web.Cell{When: l.CreatedAt} }},
	}
}

// LicenseDetails are what tells a licence from others. Lists of anything about
// licences show them where they are picked, and their files have them.
func LicenseDetails[R any](q *web.Request, of func(R) *licensing.License) []web.Column[R] {
	text := func(name, label string, mono bool, text func(l *licensing.License) string) web.Column[R] {
		return web.Column[R]{Name: name, Label: label, Extra: true, Cell: func(row R) web.Cell { return web.Cell{Text: text(of(row)), Mono: mono} }}
	}
	return []web.Column[R]{
		{Name: "product", Label: "Product", Extra: true, Cell: func(row R) web.Cell {
			return web.Cell{Text: of(row).Product.Name, Href: ProductHref(q, of(row).Product.UUID)}
		}},
		{Name: "edition", Label: "Edition", Extra: true, Cell: func(row R) web.Cell {
			return web.Cell{Text: of(row).Edition.Name, Href: EditionHref(q, of(row).Edition.UUID)}
		}},
		text("number", "Customer number", false, func(l *licensing.License) string { return l.Customer.CustomerNumber }),
		text("licensee", "Licensee", false, func(l *licensing.License) string { return l.LicenseeEmail }),
		{Name: "key", Label: "License key", Extra: true, Cell: func(row R) web.Cell {
			return web.Cell{Text: ShortKey(of(row).LicenseKey), Copy: of(row).LicenseKey.String(), Mono: true}
		}, Plain: func(row R) string { return of(row).LicenseKey.String() }},
		text("printed", "Printed key", true, func(l *licensing.License) string { return l.PrintedKey }),
		text("legacy", "Legacy key", true, func(l *licensing.License) string { return l.LegacyKey }),
		text("id", "Licence id", true, func(l *licensing.License) string { return l.UUID.String() }),
	}
}

// LicenseTerms are what a licence was issued with, beside its end, under headings that
// imports know: a file of licences can be imported.
func LicenseTerms(q *web.Request) []web.Column[*licensing.License] {
	text := func(name, label, heading string, text func(l *licensing.License) string) web.Column[*licensing.License] {
		return web.Column[*licensing.License]{
			Name: name, Label: label, Heading: heading, Extra: true, Cell: func(l *licensing.License) web.Cell { return web.Cell{Text: text(l)} },
		}
	}
	yes := map[bool]string{true: "yes", false: "no"}
	return []web.Column[*licensing.License]{
		text("name", "Licence name", "", func(l *licensing.License) string { return l.Name }),
		text("tokens", "Own activations by contract", "Tokens", func(l *licensing.License) string {
			if l.Overrides == nil {
				return ""
			}
			return number(l.Overrides.TokenLimit)
		}),
		text("sessions", "Own sessions at once", "Sessions", func(l *licensing.License) string {
			if l.Overrides == nil {
				return ""
			}
			return number(l.Overrides.FloatingTokenLimit)
		}),
		{Name: "starts", Label: "Begins", Heading: "Starts", Extra: true, Cell: Begin, Plain: func(l *licensing.License) string {
			return calendar.WriteBeginning(l.StartsAt, q.VendorZone())
		}},
		text("temporary", "Temporary", "", func(l *licensing.License) string { return yes[l.IsTemporary] }),
		text("active", "Switched on", "Active", func(l *licensing.License) string { return yes[l.IsActive] }),
		text("mode", "Mode", "", func(l *licensing.License) string { return Mode(l.Edition.Mode) }),
	}
}

// number writes a number of a licence's own; empty for the edition's.
func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
