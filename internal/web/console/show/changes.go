package show

import (
	"context"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// Change is one line of a thing's history.
type Change = audit.Record

// History reads the audit log.
type History interface {
	List(ctx context.Context, v ident.VendorID, f audit.Filter, r listing.Request) (listing.Page[audit.Record], error)
}

// HistoryTable is the history of one thing: who changed what of it, when.
func HistoryTable(q *web.Request, rows History, subject string, id ident.UUID) web.Table[Change] {
	return web.Table[Change]{
		Name: subject + "-history", Sorts: audit.Sorts(), Columns: HistoryColumns(q.Base),
		Empty: web.Empty{Icon: "history", Title: "Nothing has changed", Text: "Every change is written down here, with who made it and from where."},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[audit.Record], error) {
			return rows.List(q.Context(), q.VendorID(), audit.Filter{Subject: subject, SubjectID: id}, r)
		},
	}
}
