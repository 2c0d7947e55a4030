package show

import (
	"context"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// History reads the audit log.
type History interface {
	List(ctx context.Context, v ident.VendorID, f audit.Filter, r listing.Request) (listing.Page[audit.Record], error)

	// Names gives the names of what has some of the ids, by the id's text. What has
	// none of its own, or is gone, is left out.
	Names(ctx context.Context, v ident.VendorID, ids []ident.UUID) (map[string]string, error)
}

// How many fields of a record a page shows: of the whole log, and of one thing.
const (
	fieldsOfLog   = 5
	fieldsOfThing = 14
)

// LogTable is the audit log, narrowed by what the request asks for.
func LogTable(q *web.Request, rows History, filter func(q *web.Request) (audit.Filter, error)) web.Table[Record] {
	return web.Table[Record]{
		Name: "audit-log", Sorts: audit.Sorts(), Columns: recordColumns(q), Top: true,
		Empty: web.Empty{Icon: "history", Title: "Nothing has changed yet", Text: "Every change is recorded here with who made it."},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[Record], error) {
			f, err := filter(q)
			if err != nil {
				return listing.Page[Record]{}, err
			}
			return records(q, rows, f, r, fieldsOfLog)
		},
	}
}

// HistoryTable is the history of one thing: who changed what of it, when.
func HistoryTable(q *web.Request, rows History, name string, f audit.Filter) web.Table[Record] {
	return web.Table[Record]{
		Name: name + "-history", Sorts: audit.Sorts(), Columns: recordColumns(q), Top: true,
		Empty: web.Empty{Icon: "history", Title: "Nothing has changed", Text: "Every change is written down here, with who made it and from where."},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[Record], error) {
			return records(q, rows, f, r, fieldsOfThing)
		},
	}
}

func records(q *web.Request, rows History, f audit.Filter, r listing.Request, most int) (listing.Page[Record], error) {
	found, err := rows.List(q.Context(), q.VendorID(), f, r)
	if err != nil {
		return listing.Page[Record]{}, err
	}
	names, err := rows.Names(q.Context(), q.VendorID(), idsOf(found.Items))
	page := listing.Page[Record]{Next: found.Next}
	for _, record := range found.Items {
		page.Items = append(page.Items, Record{Record: record, Names: names, Most: most})
	}
	return page, err
}
