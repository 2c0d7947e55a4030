package lite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/store/lite"
)

func open(t *testing.T) *lite.Conn {
	t.Helper()
	c, err := lite.Open("file:"+filepath.Join(t.TempDir(), "a.db"), []string{"journal_mode(WAL)", "foreign_keys(1)"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func do(t *testing.T, c *lite.Conn, sqltext string, args ...any) int64 {
	t.Helper()
	n, err := c.Exec(sqltext, args)
	if err != nil {
		t.Fatalf("%s: %v", sqltext, err)
	}
	return n
}

// one reads the one row of a query.
func one(t *testing.T, c *lite.Conn, sqltext string, args []any, dest ...any) {
	t.Helper()
	rows, err := c.Query(sqltext, args)
	if err != nil {
		t.Fatalf("%s: %v", sqltext, err)
	}
	if !rows.Next() {
		t.Fatalf("%s: no row", sqltext)
	}
	if err := rows.Scan(dest...); err != nil {
		t.Errorf("%s: %v", sqltext, err)
	}
	if rows.Next() {
		t.Errorf("%s: a second row", sqltext)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
}

type named string

type taken struct {
	v     any
	valid bool
}

func (k *taken) TakeInt(v int64, valid bool) { k.v, k.valid = v, valid }

type takenText struct{ t taken }

func (k *takenText) TakeText(v string, valid bool) { k.t = taken{v, valid} }

// Every kind of value comes back as it went in.
func TestValues(t *testing.T) {
	t.Parallel()
	text, blob := "größer \x01 als", []byte{0, 1, 0, 255}
	for name, v := range map[string]struct {
		in   any
		to   func() any
		want any
	}{
		"a number":               {int64(-1 << 62), func() any { return new(int64) }, int64(-1 << 62)},
		"a small number":         {int32(7), func() any { return new(int32) }, int32(7)},
		"a plain number":         {-5, func() any { return new(int) }, -5},
		"a count":                {uint16(9), func() any { return new(uint16) }, uint16(9)},
		"a fraction":             {1.5, func() any { return new(float64) }, 1.5},
		"zero":                   {0, func() any { return new(int64) }, int64(0)},
		"true":                   {true, func() any { return new(bool) }, true},
		"false":                  {false, func() any { return new(bool) }, false},
		"a text":                 {text, func() any { return new(string) }, text},
		"no letters":             {"", func() any { return new(string) }, ""},
		"a named text":           {named("x"), func() any { return new(named) }, named("x")},
		"bytes":                  {blob, func() any { return new([]byte) }, blob},
		"no bytes":               {[]byte{}, func() any { return new([]byte) }, []byte{}},
		"missing bytes":          {[]byte(nil), func() any { return new([]byte) }, []byte(nil)},
		"a UUID":                 {ident.UUID{1, 15: 2}, func() any { return new(ident.UUID) }, ident.UUID{1, 15: 2}},
		"no UUID":                {ident.UUID{}, func() any { return new(ident.UUID) }, ident.UUID{}},
		"a vendor":               {ident.VendorOf(3), func() any { return new(int64) }, int64(3)},
		"an optional":            {sql.Null[int64]{V: 4, Valid: true}, func() any { return new(sql.Null[int64]) }, sql.Null[int64]{V: 4, Valid: true}},
		"a missing optional":     {sql.Null[string]{}, func() any { return new(sql.Null[string]) }, sql.Null[string]{}},
		"a pointer":              {7, func() any { return new(*int64) }, new(int64(7))},
		"a missing pointer":      {nil, func() any { return new(*int64) }, (*int64)(nil)},
		"anything":               {"x", func() any { return new(any) }, any("x")},
		"nothing":                {nil, func() any { return new(any) }, any(nil)},
		"a taken number":         {7, func() any { return new(taken) }, taken{int64(7), true}},
		"a taken zero":           {0, func() any { return new(taken) }, taken{int64(0), true}},
		"the nil UUID":           {ident.UUID{}, func() any { return new(any) }, any(nil)},
		"a taken missing one":    {nil, func() any { return new(taken) }, taken{int64(0), false}},
		"a taken text":           {"x", func() any { return new(takenText) }, takenText{taken{"x", true}}},
		"taken no letters":       {"", func() any { return new(takenText) }, takenText{taken{"", true}}},
		"a taken missing text":   {nil, func() any { return new(takenText) }, takenText{taken{"", false}}},
		"a text beyond the room": {strings.Repeat("long", 1<<20), func() any { return new(string) }, strings.Repeat("long", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := v.to()
			one(t, open(t), `SELECT $1`, []any{v.in}, to)
			if got := reflect.ValueOf(to).Elem().Interface(); !reflect.DeepEqual(got, v.want) {
				t.Errorf("got %v, want %v", got, v.want)
			}
		})
	}
}

// What lies in no destination is refused, and never read as a zero.
func TestScanRefuses(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]struct {
		in any
		to []any
	}{
		"NULL for a number":       {nil, []any{new(int64)}},
		"NULL for a text":         {nil, []any{new(string)}},
		"NULL for a named text":   {nil, []any{new(named)}},
		"NULL for a boolean":      {nil, []any{new(bool)}},
		"a number too large":      {1 << 40, []any{new(int32)}},
		"a negative count":        {-1, []any{new(uint16)}},
		"a short UUID":            {[]byte{1, 2}, []any{new(ident.UUID)}},
		"what is no destination":  {1, []any{7}},
		"too few destinations":    {1, nil},
		"too many destinations":   {1, []any{new(int64), new(int64)}},
		"a destination like none": {1, []any{new(struct{})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := open(t).Query(`SELECT $1`, []any{v.in})
			if err != nil || !rows.Next() {
				t.Fatal(err)
			}
			if rows.Scan(v.to...) == nil {
				t.Error("it was read")
			}
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
			if rows.Next() || rows.Scan(v.to...) == nil {
				t.Error("closed rows gave a row")
			}
		})
	}
}

// To SQLite "$2" is a name, and its first parameter the one it meets first.
func TestParametersAreTakenByNumber(t *testing.T) {
	t.Parallel()
	c := open(t)
	var a, b, d string
	one(t, c, `SELECT $3, $1, $2 WHERE $1 <> $3`, []any{"one", "two", "three"}, &a, &b, &d)
	if a != "three" || b != "one" || d != "two" {
		t.Errorf("got %s, %s, %s", a, b, d)
	}
	for sqltext, args := range map[string][]any{
		`SELECT $1`:                              nil,
		`SELECT $1, 2`:                           {1, 2},
		`SELECT ?`:                               {1},
		`SELECT ?1`:                              {1},
		`SELECT :a`:                              {1},
		`SELECT $0`:                              {1},
		`SELECT $x`:                              {1},
		`SELECT 1; SELECT 2`:                     nil,
		`SELECT nothing`:                         nil,
		`SELECT $1 /* no column holds it */ + 1`: {struct{}{}},
	} {
		if rows, err := c.Query(sqltext, args); err == nil {
			t.Errorf("%q with %v gave %v", sqltext, args, rows)
		}
		if _, err := c.Exec(sqltext, args); err == nil {
			t.Errorf("%q with %v was run", sqltext, args)
		}
	}
	one(t, c, " SELECT 'still there' \n", nil, &a)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	c := open(t)
	do(t, c, `CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT UNIQUE)`)
	if n := do(t, c, `INSERT INTO t (word) VALUES ($1), ($2), ($3)`, "a", "b", "c"); n != 3 {
		t.Errorf("inserted %d", n)
	}
	if n := do(t, c, `UPDATE t SET word = word || $1 WHERE id > $2`, "!", 1); n != 2 {
		t.Errorf("updated %d", n)
	}
	var id int64
	one(t, c, `INSERT INTO t (word) VALUES ($1) RETURNING id`, []any{"d"}, &id)
	if id != 4 {
		t.Errorf("the new row is %d", id)
	}
	for range 2 { // a statement that failed runs again
		_, err := c.Exec(`INSERT INTO t (word) VALUES ($1)`, []any{"a"})
		if code, ok := lite.Code(err); !ok || code != 19 || !strings.Contains(err.Error(), "t.word") {
			t.Errorf("a word that is taken: %v", err)
		}
		_, err = c.Query(`INSERT INTO t (word) VALUES ($1) RETURNING id`, []any{"a"})
		if code, ok := lite.Code(err); !ok || code != 19 {
			t.Errorf("the same, read: %v", err)
		}
	}
	do(t, c, `INSERT INTO t (word) VALUES ($1)`, "e")
}

func TestRows(t *testing.T) {
	t.Parallel()
	c := open(t)
	do(t, c, `CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT)`)
	do(t, c, `INSERT INTO t (word) VALUES ('a'), ('b'), ('c')`)
	read := func() (ids []int64) {
		t.Helper()
		rows, err := c.Query(`SELECT id, word FROM t WHERE id <> $1 ORDER BY id`, []any{2})
		if err != nil {
			t.Fatal(err)
		}
		if names, err := rows.Columns(); err != nil || !slices.Equal(names, []string{"id", "word"}) {
			t.Errorf("columns %v, %v", names, err)
		}
		if _, err := c.Exec(`DELETE FROM t`, nil); err == nil {
			t.Error("a statement ran while rows were read")
		}
		for rows.Next() {
			var id int64
			var word string
			if err := rows.Scan(&id, &word); err != nil {
				t.Error(err)
			}
			ids = append(ids, id)
		}
		if err := errors.Join(rows.Err(), rows.Close(), rows.Close()); err != nil {
			t.Error(err)
		}
		if _, err := rows.Columns(); err == nil {
			t.Error("closed rows have columns")
		}
		return ids
	}
	for range 2 {
		if ids := read(); !slices.Equal(ids, []int64{1, 3}) {
			t.Errorf("read %v", ids)
		}
	}
	rows, err := c.Query(`SELECT id FROM t`, nil) // left before its end
	if err != nil || !rows.Next() || rows.Close() != nil {
		t.Fatal(err)
	}
	do(t, c, `ALTER TABLE t ADD COLUMN more TEXT`) // statements are made anew by themselves
	if ids := read(); !slices.Equal(ids, []int64{1, 3}) {
		t.Errorf("after a change of the schema: %v", ids)
	}
	rows, err = c.Query(`SELECT id FROM t WHERE id = 404`, nil)
	if err != nil || rows.Next() || rows.Scan(new(int64)) == nil {
		t.Errorf("no row was one: %v", err)
	}
	_ = rows.Close()
}

// An error behind the first row ends the rows, and is told.
func TestRowsThatBreakOff(t *testing.T) {
	t.Parallel()
	c := open(t)
	rows, err := c.Query(`WITH n (v) AS (VALUES (1), (2), (-9223372036854775808)) SELECT abs(v) FROM n`, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if n != 2 || rows.Err() == nil || rows.Close() == nil {
		t.Errorf("%d rows, then %v", n, rows.Err())
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	c := open(t)
	rows, err := c.Query(`SELECT 1`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rows.Close(), c.Close(), c.Close()); err != nil {
		t.Error(err)
	}
	if _, err := c.Query(`SELECT 1`, nil); err == nil {
		t.Error("a closed connection answered")
	}
	c = open(t)
	if rows, err = c.Query(`SELECT 1`, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil || rows.Next() || rows.Scan(new(int64)) == nil || rows.Close() != nil {
		t.Errorf("rows outlived their connection: %v", err)
	}
	if _, err := lite.Open("file:"+filepath.Join(t.TempDir(), "none", "a.db"), nil); err == nil {
		t.Error("a file in no folder was opened")
	}
	if _, err := lite.Open("file:"+filepath.Join(t.TempDir(), "a.db"), []string{"no such"}); err == nil {
		t.Error("a wrong pragma was taken")
	}
}

// Texts of one statement are not those of the next, though they lie in one place.
func TestArgumentsAreCopied(t *testing.T) {
	t.Parallel()
	c := open(t)
	do(t, c, `CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT, data BLOB)`)
	for n := range 300 {
		do(t, c, `INSERT INTO t (id, word, data) VALUES ($1, $2, $3)`, n, strings.Repeat("w", n*7), bytes.Repeat([]byte{byte(n)}, n*11))
	}
	for n := range 300 {
		var word string
		var data []byte
		one(t, c, `SELECT word, data FROM t WHERE id = $1`, []any{n}, &word, &data)
		if word != strings.Repeat("w", n*7) || !bytes.Equal(data, bytes.Repeat([]byte{byte(n)}, n*11)) {
			t.Fatalf("row %d came back otherwise", n)
		}
	}
}

// An interrupt ends the statement that runs, and none after it.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	c := open(t)
	const endless = `WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n) SELECT v FROM n`
	const interrupted = 9
	do(t, c, `CREATE TABLE t (id INTEGER PRIMARY KEY)`)
	c.Interrupt() // while nothing runs

	do(t, c, `BEGIN IMMEDIATE`)
	do(t, c, `INSERT INTO t VALUES (-1)`)
	rows, err := c.Query(endless, nil)
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	c.Interrupt()
	for rows.Next() { // the interrupt ends it
	}
	if code, _ := lite.Code(rows.Close()); code != interrupted {
		t.Errorf("a query without end: %v", rows.Err())
	}
	do(t, c, `COMMIT`) // a read that was ended leaves its transaction

	do(t, c, `BEGIN IMMEDIATE`)
	do(t, c, `INSERT INTO t VALUES (-2)`)
	ended := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for { // again and again: the first ones may come before the statement
			select {
			case <-ended:
				return
			default:
				c.Interrupt()
				runtime.Gosched()
			}
		}
	})
	_, err = c.Exec(`INSERT INTO t `+endless, nil)
	close(ended)
	wg.Wait()
	if code, _ := lite.Code(err); code != interrupted {
		t.Errorf("a change without end: %v", err)
	}
	_, _ = c.Exec(`ROLLBACK`, nil) // SQLite has done so where the change had begun
	var n int64
	if one(t, c, `SELECT COUNT(*) FROM t`, nil, &n); n != 1 {
		t.Errorf("%d rows are left of one", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	c.Interrupt() // it is closed
}
