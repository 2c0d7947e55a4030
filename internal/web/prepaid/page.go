package prepaid

import (
	"chancery/internal/fault"
	"chancery/internal/language"
	"chancery/internal/prepaid"
	"chancery/internal/web"
)

// The section's addresses below its own first one. Those that no area has mounted do not
// show.
const (
	OverviewPath   = "/overview"
	ListPath       = "/licenses" // by license code
	CardsPath      = "/cards"
	DevicesPath    = "/devices"
	SalesPath      = "/sales"
	DeductionsPath = "/deductions"
	StatementPath  = "/statement"
	SettingsPath   = "/settings"
	CodesPath      = "/codes" // staff alone
	RunPath        = "/run"   // staff alone
	PickPath       = "/customers"
	OrdersPath     = "/orders"
	BindManyPath   = "/bind-many"
	TopUpPath      = CardsPath + "/top-up"   // staff alone; takes the number of a card as "id"
	WithdrawPath   = CardsPath + "/withdraw" // staff alone; takes numbers of cards as "id"
)

type tab struct{ path, label string }

// tabs are the parts of the section.
func tabs() []tab {
	return []tab{
		{OverviewPath, language.Mark("Overview")},
		{ListPath, language.Mark("License list")},
		{DevicesPath, language.Mark("Devices")},
		{SalesPath, language.Mark("Sales record")},
		{DeductionsPath, language.Mark("Deduction record")},
		{StatementPath, language.Mark("Statement")},
		{SettingsPath, language.Mark("Settings")},
		{CodesPath, language.Mark("License codes")},
		{RunPath, language.Mark("Run")},
	}
}

// Page begins a page of a part of the section, with its tabs and whose things it shows.
// A page that belongs to no tab has part "-".
func (f *Frame) Page(q *web.Request, l Look, title, part string, crumbs ...web.Link) web.Page {
	page := q.Page(title, crumbs...)
	page.Query = "" // the search box of the list holds it
	page.Sub = l.Whose(q)
	for _, t := range tabs() {
		if f.Has(t.path) {
			page.Tabs = append(page.Tabs, web.Tab{Label: q.Language().Word(t.label), Href: l.Href(t.path), Active: t.path == part})
		}
	}
	if f.Has(PickPath) {
		page.More = append(page.More, web.Action{Label: q.T("Choose a customer"), Href: l.Href(PickPath), Icon: "sitemap"})
	}
	page.More = append(page.More, f.others(q, l)...)
	return page
}

// Has reports whether an area has mounted a page of the section.
func (f *Frame) Has(below string) bool { return f.Face.Has(f.Path(below)) }

// others leads somebody who acts for several customers to the others.
func (f *Frame) others(q *web.Request, l Look) (all []web.Action) {
	for _, m := range q.Reach().Customers {
		if l.Acting != nil && m.UUID != l.Acting.UUID {
			all = append(all, web.Action{Label: q.T("Act for %s", m.Name), Href: q.Href(Root + "/" + m.UUID.String()), Icon: "building"})
		}
	}
	return all
}

// Whose says at whose things a page looks.
func (l Look) Whose(q *web.Request) string {
	switch {
	case l.Stock:
		return q.T("The vendor's stock")
	case l.Owner == nil:
		return q.T("All customers, and the vendor's stock")
	case l.Below:
		return q.T("%s and all customers below", OwnerName(l.Owner.Name, l.Owner.Number))
	}
	return OwnerName(l.Owner.Name, l.Owner.Number)
}

// OwnerName is a customer in a line: its name, and the number where it has one.
func OwnerName(name, number string) string {
	if number == "" || number == name {
		return name
	}
	return name + " · " + number
}

// OwnerCell names the owner of a thing in a table: the customer's number, and its name.
func OwnerCell(q *web.Request, o prepaid.Owner) web.Cell {
	if o.UUID.IsZero() {
		return web.Cell{Text: q.T("The vendor's stock"), Quiet: true}
	}
	if o.Number == "" {
		return web.Cell{Text: o.Name}
	}
	return web.Cell{Text: o.Number, Sub: o.Name}
}

// OwnerIn names the owner of a thing in a list: by the number alone where the list is of one
// owner, whom the page names.
func (l Look) OwnerIn(q *web.Request, o prepaid.Owner) web.Cell {
	cell := OwnerCell(q, o)
	if !l.Below && !l.Everybody() {
		cell.Sub = ""
	}
	return cell
}

// Explain says on a page why something can't be done with what it shows; nothing where it
// can, or where it is many owners'.
func (l Look) Explain(q *web.Request, act prepaid.Act) []web.Notice {
	if l.Below {
		return []web.Notice{{Tone: web.Info, Text: q.T("These are the things of several customers. Choose one of them to do something with its own.")}}
	}
	err := l.May(act)
	if err == nil {
		return nil
	}
	return l.Refusal(q, err)
}

// Refusal says on a page why something can't be done.
func (l Look) Refusal(q *web.Request, err error) []web.Notice {
	e := fault.As(err)
	n := web.Notice{Tone: web.Info}
	n.Title, n.Text = q.Language().Fault(e.Code, e.Message, e.Help)
	return []web.Notice{n}
}
