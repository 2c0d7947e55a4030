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

const importColumns = `id, uuid, kind, file_name, zone, columns, state, all_or_nothing, retrying, digest, line_count, done_count, failed_count,
	actor_kind, actor_id, actor_name, actor_address, created_at, started_at, finished_at`

const lineColumns = `line, cells, state, problems, result`

// Insert implements imports.Store.
func (Store) Insert(t tx.Tx, v ident.VendorID, i imports.Import) (int64, error) {
	columns, err := text(i.Columns)
	if err != nil {
		return 0, err
	}
	return store.On(t).Insert(`INSERT INTO imports (vendor_id, uuid, kind, file_name, zone, columns, state, all_or_nothing,
		line_count, done_count, failed_count,
			actor_kind, actor_id, actor_name, actor_address, created_at, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id`,
		v, i.UUID, i.Kind, i.FileName, i.Zone, columns, i.State, store.Bit(i.AllOrNothing), i.Lines, i.Done, i.Failed,
		i.Actor.Kind, i.Actor.ID, i.Actor.Name, i.Actor.Address, i.CreatedAt.UnixMilli(), i.Digest)
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

// before finds the last import of the same file that brought something in.
const before = `SELECT ` + importColumns + ` FROM imports
	WHERE vendor_id = $1 AND kind = $2 AND digest = $3 AND id <> $4 AND (done_count > 0 OR state = 'running') ORDER BY id DESC LIMIT 1`

func beforeArgs(v ident.VendorID, i imports.Import) []any { return []any{v, i.Kind, i.Digest, i.ID} }

// Save implements imports.Store.
func (Store) Save(t tx.Tx, v ident.VendorID, i imports.Import) error {
	_, err := store.On(t).Exec(`UPDATE imports SET state = $1, all_or_nothing = $2, done_count = $3, failed_count = $4,
			actor_kind = $5, actor_id = $6, actor_name = $7, actor_address = $8, started_at = $9, finished_at = $10, retrying = $11
		WHERE vendor_id = $12 AND id = $13`,
		i.State, store.Bit(i.AllOrNothing), i.Done, i.Failed, i.Actor.Kind, i.Actor.ID, i.Actor.Name, i.Actor.Address,
		store.Millis(i.StartedAt), store.Millis(i.FinishedAt), store.Bit(i.Retrying), v, i.ID)
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
	var i imports.Import
	var columns string
	var created int64
	var started, finished sql.Null[int64]
	found, err := row(&i.ID, &i.UUID, &i.Kind, &i.FileName, &i.Zone, &columns, &i.State, &i.AllOrNothing, &i.Retrying, &i.Digest, &i.Lines, &i.Done, &i.Failed,
		&i.Actor.Kind, &i.Actor.ID, &i.Actor.Name, &i.Actor.Address, &created, &started, &finished)
	if err != nil || !found {
		return imports.Import{}, false, err
	}
	i.CreatedAt = store.Instant(created)
	for to, from := range map[*time.Time]sql.Null[int64]{&i.StartedAt: started, &i.FinishedAt: finished} {
		if from.Valid {
			*to = store.Instant(from.V)
		}
	}
	if err := json.Unmarshal([]byte(columns), &i.Columns); err != nil {
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
