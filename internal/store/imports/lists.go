package imports

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// ByUUID reads one import. Missing is import_not_found.
func (s Store) ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (imports.Import, error) {
	i, found, err := scanImport(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, `SELECT `+importColumns+` FROM imports
			WHERE vendor_id = $1 AND uuid = $2 AND state NOT IN ('arriving', 'gone')`, []any{v, id}, dest...)
	})
	if err == nil && !found {
		err = fault.Missing("import")
	}
	return i, err
}

// BroughtBefore gives the last import that brought something in of the same file, or is
// doing so; found is false when there is none.
func (s Store) BroughtBefore(ctx context.Context, v ident.VendorID, i imports.Import) (imports.Import, bool, error) {
	return scanImport(func(dest ...any) (bool, error) { return s.DB.QueryRow(ctx, before, beforeArgs(v, i), dest...) })
}

// Broken gives the failed line at which the server had a fault of its own; found is
// false without one.
func (s Store) Broken(ctx context.Context, v ident.VendorID, id int64) (l imports.Line, found bool, err error) {
	all, err := store.All[imports.Line](s.DB.Query(ctx, `SELECT `+lineColumns+` FROM import_lines
		WHERE vendor_id = $1 AND import_id = $2 AND state = 'failed' AND REPLACE(problems, '"fault":true', '') <> problems
		ORDER BY line LIMIT 1`, v, id))(scanLine)
	if err != nil || len(all) == 0 {
		return imports.Line{}, false, err
	}
	return all[0], true, nil
}

// List lists imports, the newest first.
func (s Store) List(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[imports.Import], error) {
	sqltext, args := store.Select(`SELECT `+importColumns+` FROM imports WHERE vendor_id =`, v).
		And("state NOT IN ('arriving', 'gone')").Page(r, store.Column{Name: "id"}, "id")
	items, err := store.All[imports.Import](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (imports.Import, error) {
		i, _, err := scanImport(func(dest ...any) (bool, error) { return true, scan(dest...) })
		return i, err
	})
	return listing.Cut(r, items, func(i imports.Import) listing.Mark { return r.Mark(i.ID) }), err
}

// Lines lists an import's lines, or those that failed.
func (s Store) Lines(ctx context.Context, v ident.VendorID, id int64, failed bool, r listing.Request) (listing.Page[imports.Line], error) {
	q := store.Select(`SELECT `+lineColumns+` FROM import_lines WHERE vendor_id =`, v).And("import_id = ?", id)
	if failed {
		q.And("state = 'failed'")
	}
	sqltext, args := q.Page(r, store.Column{Name: "line"}, "line")
	items, err := store.All[imports.Line](s.DB.Query(ctx, sqltext, args...))(scanLine)
	return listing.Cut(r, items, func(l imports.Line) listing.Mark { return r.Mark(int64(l.Number)) }), err
}
