package imports

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/listing"
	"chancery/internal/web"
)

func (p *Pages) list() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/imports", web.Needs(identity.ManageImports), p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Import")
			page.Sub = "Bring customers, licences, prepaid cards and devices in from a file. Nothing is written before you have seen what is in it."
			page.Actions = actions(q)
			return page, nil
		}),
	}
}

func actions(q *web.Request) []web.Action {
	var all []web.Action
	for _, k := range []imports.Kind{imports.Licenses, imports.Customers, imports.Cards, imports.Devices} {
		if q.May(needs(k)) {
			all = append(all, web.Action{
				Label: "Import " + kindWord(k), Href: q.Href("/imports/new?kind=" + string(k)), Icon: "file-import", Plain: len(all) > 0,
			})
		}
	}
	return all
}

func (p *Pages) table(q *web.Request) (web.Table[imports.Import], error) {
	empty := web.Empty{Icon: "file-import", Title: "No imports yet", Text: "Take a template file, fill it in a spreadsheet, and upload it as CSV. You see every line before anything is written."}
	if all := actions(q); len(all) > 0 {
		first := all[min(1, len(all)-1)] // customers come first
		first.Plain = false
		empty.Action = &first
	}
	return web.Table[imports.Import]{
		Name: "imports", Sorts: imports.Sorts(), Empty: empty,
		Columns: []web.Column[imports.Import]{
			{Name: "file", Label: "File", Cell: func(i imports.Import) web.Cell {
				return web.Cell{Text: i.FileName, Href: href(q, i), Sub: upperFirst(kindWord(i.Kind))}
			}, Plain: func(i imports.Import) string { return i.FileName }},
			{Name: "state", Label: "State", Cell: func(i imports.Import) web.Cell { b := badge(i); return web.Cell{Badge: &b} }},
			{Name: "lines", Label: "Lines", End: true, Cell: func(i imports.Import) web.Cell { return web.Cell{Text: web.Number(int64(i.Lines))} }},
			{Name: "done", Label: "Done", End: true, Cell: func(i imports.Import) web.Cell { return web.Cell{Text: web.Number(int64(i.Done))} }},
			{Name: "failed", Label: "With problems", End: true, Cell: func(i imports.Import) web.Cell { return web.Cell{Text: web.Number(int64(i.Failed))} }},
			{Name: "uploaded", Label: "Uploaded", Cell: func(i imports.Import) web.Cell { return web.Cell{When: i.CreatedAt} }},
			{Name: "finished", Label: "Finished", Cell: func(i imports.Import) web.Cell { return web.Cell{When: i.FinishedAt} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[imports.Import], error) {
			return p.Rows.List(q.Context(), q.VendorID(), r)
		},
	}, nil
}

func href(q *web.Request, i imports.Import) string { return q.Href("/imports/" + i.UUID.String()) }
