package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/store"
)

// maxLine bounds a row's line: texts of requests and answers are at most a megabyte.
const maxLine = 64 << 20

// Read fills an empty database from a backup, in one transaction, and brings the
// schema up to this program's. It tells how many rows there were. A database
// that holds anything, a backup of a newer program, and one that is damaged or
// cut off are refused, and nothing is changed.
func Read(ctx context.Context, c store.Config, r io.Reader) (rows int64, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return 0, errDamaged("it is no gzip file", err)
	}
	in := &reader{lines: bufio.NewReaderSize(z, 1<<16), sum: sha256.New(), rows: map[string]int64{}}
	var h header
	line, err := in.next()
	if err != nil {
		return 0, err
	}
	if json.Unmarshal(line, &h) != nil || h.Format != Format {
		return 0, errDamaged("its first line is not "+Format, nil)
	}
	status, err := store.Schema(ctx, c)
	if err != nil {
		return 0, err
	}
	if h.Schema > status.Known {
		return 0, fault.Refused("backup_newer", "The backup was made by a newer release of the server.", "Restore it with that release or a later one.")
	}
	if err := store.MigrateTo(ctx, c, h.Schema); err != nil {
		return 0, err
	}
	if err := store.Load(ctx, c, func(l *store.Loader) error { return in.fill(l) }); err != nil {
		return 0, err
	}
	for _, n := range in.rows {
		rows += n
	}
	return rows, store.Migrate(ctx, c)
}

type reader struct {
	lines *bufio.Reader
	sum   hash.Hash // of all lines before the present one
	rows  map[string]int64
	line  []byte // the present one, with its end
}

// next gives a line without its end. It is valid until the call after.
func (r *reader) next() ([]byte, error) {
	_, _ = r.sum.Write(r.line) // never fails
	r.line = r.line[:0]
	for {
		part, err := r.lines.ReadSlice('\n')
		r.line = append(r.line, part...)
		if err == nil {
			return bytes.TrimSuffix(r.line, []byte("\n")), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) || len(r.line) > maxLine {
			return nil, errDamaged("it was cut off", err)
		}
	}
}

// fill loads table after table until the trailer, and checks it.
func (r *reader) fill(l *store.Loader) error {
	var at section
	for {
		line, err := r.next()
		if err != nil {
			return err
		}
		if len(line) > 0 && line[0] == '[' {
			values, err := parseRow(line, len(at.Columns))
			if err != nil {
				return err
			}
			if err := l.Row(values); err != nil {
				return fmt.Errorf("restore %s: %w", at.Table, err)
			}
			r.rows[at.Table]++
			continue
		}
		var end trailer
		if err := json.Unmarshal(line, &end); err == nil && end.SHA256 != "" {
			return r.finish(l, end)
		}
		at = section{}
		if err := json.Unmarshal(line, &at); err != nil || !slices.Contains(tables, at.Table) || len(at.Columns) == 0 {
			return errDamaged("it names a table that there is not", err)
		}
		if err := l.Table(at.Table, at.Columns, selfReferences[at.Table]); err != nil {
			return fmt.Errorf("restore %s: %w", at.Table, err)
		}
	}
}

func (r *reader) finish(l *store.Loader, end trailer) error {
	if end.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) || !maps.Equal(end.Rows, r.rows) {
		return errDamaged("its checksum is not that of its lines", nil)
	}
	// Clients refuse an answer with a lower serial than one they hold, and may hold
	// one that was given after the backup was made.
	if err := l.Exec("UPDATE licenses SET revision = revision + 1000000"); err != nil {
		return err
	}
	return l.Exec("UPDATE change_counter SET n = n + 1000000")
}

func errDamaged(what string, cause error) *fault.Error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "backup_damaged", Message: "The backup can't be used: " + what + ".",
		Help: "Use another backup; nothing was changed.", Cause: cause,
	}
}
