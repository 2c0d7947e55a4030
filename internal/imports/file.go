package imports

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/internal/fault"
	"chancery/internal/visible"
)

// File is a file that was read: its heading and its lines.
type File struct {
	Columns []string
	Lines   []Line
}

// digest is the same for files with the same heading and cells, however they are
// written.
func (f File) digest() []byte {
	sum := sha256.New()
	row := func(cells []string) {
		_, _ = fmt.Fprintf(sum, "%d:", len(cells)) // a hash never fails
		for _, c := range cells {
			_, _ = fmt.Fprintf(sum, "%d:%s", len(c), c)
		}
	}
	row(f.Columns)
	for _, l := range f.Lines {
		row(l.Cells)
	}
	return sum.Sum(nil)
}

// refuse is what is wrong with the file as a whole, told beside the file's field.
func refuse(format string, args ...any) error {
	return fault.Wrong(fault.Field{Name: "file", Message: fmt.Sprintf(format, args...)})
}

// ReadFile reads a CSV file: UTF-8, separated by comma, semicolon or tab, with a
// heading. It refuses what is no such file, and what is larger than an import may be.
func ReadFile(content []byte) (File, error) {
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return File{}, refuse("is empty: choose a CSV file")
	case len(content) > MaxBytes:
		return File{}, refuse("is larger than 5 MB: split it into several")
	case bytes.HasPrefix(content, []byte("PK\x03\x04")), bytes.HasPrefix(content, []byte{0x1f, 0x8b}), // zip and Excel's new form, gzip
		bytes.HasPrefix(content, []byte{0xd0, 0xcf, 0x11, 0xe0}): // Excel's old form
		return File{}, refuse("is a workbook or an archive: save it as CSV (UTF-8) and choose that file")
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return File{}, refuse("is written in UTF-16: save it as CSV (UTF-8)")
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return File{}, refuse("is not written in UTF-8: save it as CSV (UTF-8)")
	}
	number := 1
	for line := range bytes.Lines(content) {
		if len(line) > maxLineBytes {
			return File{}, refuse("has more than 64 kB in line %d", number)
		}
		number++
	}
	rest, comma := content, separator(content)
	if m := instruction.FindSubmatch(content); m != nil {
		comma, _ = utf8.DecodeRune(m[1])
		if !strings.ContainsRune(separators, comma) {
			return File{}, refuse("says in its first line that %q stands between the columns: it may be a comma, a semicolon or a tab", comma)
		}
		rest = content[len(m[0]):]
	}
	if between(rest, false)[comma] > MaxLines*maxColumns {
		return File{}, refuse("has more cells than 10,000 lines of 50 columns: split it into several")
	}
	return readLines(rest, comma, bytes.Count(content[:len(content)-len(rest)], []byte("\n")))
}

// instruction is a first line that only tells spreadsheets what stands between the columns.
var instruction = regexp.MustCompile(`^(?i:"?sep=([^\r\n])"?)[ ,;\t]*\r?\n`)

// readLines reads the heading and the lines below it; above is how many lines of the
// file stand before.
func readLines(content []byte, comma rune, above int) (File, error) {
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.FieldsPerRecord = comma, -1
	r.TrimLeadingSpace = r.Comma != '\t' // it would take empty cells for blanks
	var f File
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			return File{}, refuse("can't be read at line %d: a quotation mark stands where none may, or is never closed", wrong.StartLine+above)
		}
		if err != nil {
			return File{}, refuse("can't be read")
		}
		number, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = visible.OfCell(strings.TrimSpace(cells[i]))
		}
		if f.Columns == nil {
			f.Columns = cells
			if err := f.checkHeading(); err != nil {
				return File{}, err
			}
			continue
		}
		if strings.Join(cells, "") == "" {
			continue // spreadsheets leave empty lines behind
		}
		if len(f.Lines) == MaxLines {
			return File{}, refuse("has more than 10,000 lines: split it into several")
		}
		if len(cells) > len(f.Columns) {
			cells = slices.Clone(cells[:len(f.Columns)+1]) // enough to see that there are too many
		}
		f.Lines = append(f.Lines, Line{Number: number + above, Cells: cells, State: LineWaiting})
	}
	if len(f.Lines) == 0 {
		return File{}, refuse("has a heading, but no lines below it")
	}
	return f, nil
}

func (f File) checkHeading() error {
	if len(f.Columns) > maxColumns {
		return refuse("has more than 50 columns")
	}
	for _, c := range f.Columns {
		if utf8.RuneCountInString(c) > 100 || strings.ContainsFunc(c, unicode.IsControl) {
			return refuse("has a heading that is no list of column names")
		}
	}
	return nil
}

// separators are what may stand between the columns.
const separators = ",;\t"

// separator is the one that the heading has most of.
func separator(content []byte) rune {
	best, found := ',', between(content, true)
	for _, c := range separators {
		if found[c] > found[best] {
			best = c
		}
	}
	return best
}

// between counts the separators that stand outside of quotation marks: in the whole
// file, or in its heading.
func between(content []byte, heading bool) map[rune]int {
	found, quoted := map[rune]int{}, false
	for _, c := range content {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n' && heading:
			return found
		case strings.IndexByte(separators, c) >= 0:
			found[rune(c)]++
		}
	}
	return found
}
