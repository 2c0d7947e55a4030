package imports

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store keeps imports; it implements imports.Store, and the lists of the pages.
type Store struct{ DB *store.DB }

var _ imports.Store = Store{}

// What is made of the columns of an import.
//
//nolint:gochecknoglobals // texts, made once
var (
	importColumns = store.Selected("", &importRow{})
	insertImport  = store.InsertInto("imports", &importRow{})
	updateImport  = store.Update("imports", &importRow{}, `vendor_id = ? AND id = ?`)

	// before finds the last import of the same file that brought something in.
	before = `SELECT ` + importColumns + ` FROM imports
		WHERE vendor_id = $1 AND kind = $2 AND digest = $3 AND id <> $4 AND (done_count > 0 OR state = 'running') ORDER BY id DESC LIMIT 1`
)

// importRow is one row as it comes.
type importRow struct {
	i                 imports.Import
	columns           string // JSON
	created           int64
	started, finished sql.Null[int64]
}

// Columns implements store.Record.
func (r *importRow) Columns(c *store.Columns) {
	i := &r.i
	c.Read("id", &i.ID)
	c.Fixed("uuid", i.UUID, &i.UUID)
	c.Fixed("kind", i.Kind, &i.Kind)
	c.Fixed("file_name", i.FileName, &i.FileName)
	c.Fixed("zone", i.Zone, &i.Zone)
	c.Fixed("columns", r.columns, &r.columns)
	c.Saved("state", i.State, &i.State)
	c.Saved("all_or_nothing", store.Bit(i.AllOrNothing), &i.AllOrNothing)
	c.Saved("retrying", store.Bit(i.Retrying), &i.Retrying)
	c.Fixed("digest", i.Digest, &i.Digest)
	c.Fixed("line_count", i.Lines, &i.Lines)
	c.Saved("done_count", i.Done, &i.Done)
	c.Saved("failed_count", i.Failed, &i.Failed)
	c.Saved("actor_kind", i.Actor.Kind, &i.Actor.Kind)
	c.Saved("actor_id", i.Actor.ID, &i.Actor.ID)
	c.Saved("actor_name", i.Actor.Name, &i.Actor.Name)
	c.Saved("actor_address", i.Actor.Address, &i.Actor.Address)
	c.Fixed("created_at", store.Millis(i.CreatedAt), &r.created)
	c.Saved("started_at", store.Millis(i.StartedAt), &r.started)
	c.Saved("finished_at", store.Millis(i.FinishedAt), &r.finished)
}

const lineColumns = `line, cells, state, problems, result`

// Insert implements imports.Store.
func (Store) Insert(t tx.Tx, v ident.VendorID, i imports.Import) (int64, error) {
	columns, err := text(i.Columns)
	if err != nil {
		return 0, err
	}
	return store.On(t).Insert(insertImport.Text+` RETURNING id`, insertImport.Values(v, &importRow{i: i, columns: columns})...)
}

// LastLine implements imports.Store.
func (Store) LastLine(t tx.Tx, v ident.VendorID, id int64) (line int, err error) {
	_, err = store.On(t).QueryRow(`SELECT line FROM import_lines WHERE vendor_id = $1 AND import_id = $2 ORDER BY line DESC LIMIT 1`, []any{v, id}, &line)
	return line, err
}

// InsertLines implements imports.Store.
func (Store) InsertLines(t tx.Tx, v ident.VendorID, id int64, lines []imports.Line) error {
	const width = 8
	values := make([]any, 0, width*len(lines))
	for _, l := range lines {
		cells, err := text(l.Cells)
		if err != nil {
			return err
		}
		problems, err := text(l.Problems)
		if err != nil {
			return err
		}
		values = append(values, v, id, l.Number, cells, l.State, problems, "", l.Level)
	}
	return store.On(t).InsertMany(`INSERT INTO import_lines (vendor_id, import_id, line, cells, state, problems, result, level) VALUES`, width, values, "", nil)
}

// Lock implements imports.Store.
func (Store) Lock(t tx.Tx, v ident.VendorID, id ident.UUID) (imports.Import, bool, error) {
	s := store.On(t)
	return scanImport(func(dest ...any) (bool, error) {
		return s.QueryRow(`SELECT `+importColumns+` FROM imports WHERE vendor_id = $1 AND uuid = $2`+s.Dialect.ForUpdate(), []any{v, id}, dest...)
	})
}

// Before implements imports.Store.
func (Store) Before(t tx.Tx, v ident.VendorID, i imports.Import) (imports.Import, bool, error) {
	s := store.On(t)
	return scanImport(func(dest ...any) (bool, error) { return s.QueryRow(before, beforeArgs(v, i), dest...) })
}

func beforeArgs(v ident.VendorID, i imports.Import) []any { return []any{v, i.Kind, i.Digest, i.ID} }

// Save implements imports.Store.
func (Store) Save(t tx.Tx, v ident.VendorID, i imports.Import) error {
	_, err := store.On(t).Exec(updateImport, store.SavedValues(&importRow{i: i}, v, i.ID)...)
	return err
}

// Waiting implements imports.Store.
func (Store) Waiting(t tx.Tx, v ident.VendorID, id int64, limit int) ([]imports.Line, error) {
	rows, err := store.On(t).Query(`SELECT `+lineColumns+` FROM import_lines
		WHERE vendor_id = $1 AND import_id = $2 AND state = 'waiting' ORDER BY level, line LIMIT $3`, v, id, limit)
	return store.All[imports.Line](rows, err)(scanLine)
}

// SaveLine implements imports.Store.
func (Store) SaveLine(t tx.Tx, v ident.VendorID, id int64, l imports.Line) error {
	problems, err := text(l.Problems)
	if err != nil {
		return err
	}
	result := ""
	if l.State == imports.LineDone {
		if result, err = text(l.Result); err != nil {
			return err
		}
	}
	return store.On(t).Later(`UPDATE import_lines SET state = $1, problems = $2, result = $3 WHERE vendor_id = $4 AND import_id = $5 AND line = $6`,
		l.State, problems, result, v, id, l.Number)
}

// TryAgain implements imports.Store.
func (Store) TryAgain(t tx.Tx, v ident.VendorID, id int64, limit int) (int, error) {
	n, err := store.On(t).Exec(`UPDATE import_lines SET state = 'waiting' WHERE vendor_id = $1 AND import_id = $2 AND line IN
		(SELECT line FROM import_lines WHERE vendor_id = $1 AND import_id = $2 AND state = 'failed' ORDER BY line LIMIT $3)`, v, id, limit)
	return int(n), err
}

// NextRunning implements imports.Store.
func (s Store) NextRunning(ctx context.Context, after int64) (j imports.Job, ok bool, err error) {
	var vendor int64
	ok, err = s.DB.QueryRow(ctx, `SELECT id, vendor_id, uuid, actor_kind, actor_id, actor_name, actor_address FROM imports
		WHERE state = 'running' AND id > $1 ORDER BY id LIMIT 1`, []any{after},
		&j.ID, &vendor, &j.UUID, &j.Actor.Kind, &j.Actor.ID, &j.Actor.Name, &j.Actor.Address)
	j.Vendor = ident.VendorOf(vendor)
	return j, ok, err
}

// linesAtOnce is how many lines one step forgets.
const linesAtOnce = 100

// Forget implements imports.Store.
func (s Store) Forget(t tx.Tx, draftsBefore, othersBefore time.Time) (gone, more bool, err error) {
	var id, vendor int64
	found, err := store.On(t).QueryRow(`SELECT id, vendor_id FROM imports
		WHERE created_at < $1 AND state IN ('draft', 'arriving') OR created_at < $2 AND state IN ('finished', 'refused', 'stopped') OR state = 'gone'
		ORDER BY created_at LIMIT 1`,
		[]any{draftsBefore.UnixMilli(), othersBefore.UnixMilli()}, &id, &vendor)
	if err != nil || !found {
		return false, false, err
	}
	n, err := store.On(t).Exec(`DELETE FROM import_lines WHERE vendor_id = $1 AND import_id = $2 AND line IN
		(SELECT line FROM import_lines WHERE vendor_id = $1 AND import_id = $2 ORDER BY line LIMIT $3)`, vendor, id, linesAtOnce)
	if err != nil || n == linesAtOnce {
		return false, true, err
	}
	_, err = store.On(t).Exec(`DELETE FROM imports WHERE vendor_id = $1 AND id = $2`, vendor, id)
	return true, true, err
}

func text(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store: an import's value: %w", err)
	}
	return string(b), nil
}

func scanImport(row func(dest ...any) (bool, error)) (imports.Import, bool, error) {
	var r importRow
	found, err := row(store.Dest(&r)...)
	if err != nil || !found {
		return imports.Import{}, false, err
	}
	i := r.i
	i.CreatedAt = store.Instant(r.created)
	for to, from := range map[*time.Time]sql.Null[int64]{&i.StartedAt: r.started, &i.FinishedAt: r.finished} {
		if from.Valid {
			*to = store.Instant(from.V)
		}
	}
	if err := json.Unmarshal([]byte(r.columns), &i.Columns); err != nil {
		return i, true, fmt.Errorf("store: the columns of an import: %w", err)
	}
	return i, true, nil
}

func scanLine(scan store.Scan) (l imports.Line, err error) {
	var cells, problems, result string
	if err := scan(&l.Number, &cells, &l.State, &problems, &result); err != nil {
		return l, err
	}
	for _, part := range []struct {
		from string
		to   any
	}{{cells, &l.Cells}, {problems, &l.Problems}, {result, &l.Result}} {
		if part.from == "" {
			continue
		}
		if err := json.Unmarshal([]byte(part.from), part.to); err != nil {
			return l, fmt.Errorf("store: a line of an import: %w", err)
		}
	}
	return l, nil
}
