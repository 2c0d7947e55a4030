package store

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// pointRow has a column of every kind that a point read gives.
type pointRow struct {
	id          int64
	uuid        ident.UUID
	name        string
	on          bool
	blob        []byte
	some, none  OptionalInt
	text, blank OptionalText
	mark        scanned
}

// scanned reads itself.
type scanned struct{ v any }

func (s *scanned) Scan(src any) error {
	if src == "refuse" {
		return errOwn
	}
	s.v = src
	return nil
}

func pointBench(t *testing.T, b bench) pointRow {
	t.Helper()
	kind := map[string]string{"sqlite": "BLOB", "postgres": "BYTEA"}[b.Dialect.Name()]
	b.do(t, `CREATE TABLE points (id BIGINT PRIMARY KEY, vendor_id BIGINT, uuid `+kind+`, name TEXT, is_on SMALLINT, data `+kind+`,
		present BIGINT, missing BIGINT, words TEXT, blank TEXT, mark TEXT)`)
	want := pointRow{
		id: 7, uuid: ident.UUID{1, 2, 15: 3}, name: "größer \x01 als", on: true, blob: []byte{0, 1, 0, 255},
		some: OptionalInt{-5, true}, text: OptionalText{"", true}, mark: scanned{"seen"},
	}
	if err := b.Run(t.Context(), func(x tx.Tx) error {
		for _, id := range []int64{7, 8} {
			if _, err := On(x).Exec(`INSERT INTO points VALUES ($1, 1, $2, $3, 1, $4, $5, NULL, '', NULL, 'seen')`,
				id, want.uuid, want.name, want.blob, want.some.V); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return want
}

const selectPoints = `SELECT id, uuid, name, is_on, data, present, missing, words, blank, mark FROM points WHERE vendor_id = $1 AND name = $2 AND id <= $3 AND uuid = $4 ORDER BY id`

func (r *pointRow) scan(scan Scan) error {
	return scan(&r.id, &r.uuid, &r.name, &r.on, &r.blob, &r.some, &r.none, &r.text, &r.blank, &r.mark)
}

func TestAPointReadGivesWhatIsThere(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		want := pointBench(t, b)
		for range 3 { // a statement is prepared once, and used again
			var all []pointRow
			err := b.Point(t.Context(), selectPoints, []any{ident.VendorOf(1), want.name, int64(8), want.uuid}, func(scan Scan) error {
				all = append(all, pointRow{})
				return all[len(all)-1].scan(scan)
			})
			if err != nil || len(all) != 2 || all[1].id != 8 {
				t.Fatalf("read %v, %v", all, err)
			}
			got := all[0]
			if !slices.Equal(got.blob, want.blob) {
				t.Errorf("a blob came as %v", got.blob)
			}
			if got.blob, want.blob = nil, nil; !equalPoints(got, want) {
				t.Errorf("read %+v, want %+v", got, want)
			}
			want.blob = []byte{0, 1, 0, 255}
		}
	})
}

func equalPoints(a, b pointRow) bool {
	return a.id == b.id && a.uuid == b.uuid && a.name == b.name && a.on == b.on && a.some == b.some && a.none == b.none &&
		a.text == b.text && a.blank == b.blank && a.mark == b.mark
}

// Arguments that the fast way does not take go the other way, with the same result.
func TestAPointReadTakesEveryArgument(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		want := pointBench(t, b)
		read := func(sqltext string, args ...any) (n int64) {
			if err := b.Point(t.Context(), sqltext, args, func(scan Scan) error { return scan(&n) }); err != nil {
				t.Errorf("%s: %v", sqltext, err)
			}
			return n
		}
		if n := read(`SELECT COUNT(*) FROM points WHERE name <> $1`, strings.Repeat("long", 2000)); n != 2 {
			t.Errorf("a long text found %d", n)
		}
		if n := read(`SELECT COUNT(*) FROM points WHERE data = $1`, want.blob); n != 2 {
			t.Errorf("a blob found %d", n)
		}
		if n := read(`SELECT COUNT(*) FROM points WHERE id = $1`, 7); n != 1 {
			t.Errorf("a number found %d", n)
		}
	})
}

func TestAPointReadSeesEveryCommit(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for n := range int64(20) {
			if err := b.Run(t.Context(), func(x tx.Tx) error { return mark(On(x), n) }); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for range 8 { // more than there are connections
				wg.Go(func() {
					var count int64
					if err := b.Point(t.Context(), `SELECT COUNT(*) FROM marks`, nil, func(scan Scan) error { return scan(&count) }); err != nil || count != n+1 {
						t.Errorf("after %d commits: %d, %v", n+1, count, err)
					}
				})
			}
			wg.Wait()
		}
	})
}

func TestAPointReadThatFailsSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		pointBench(t, b)
		if err := b.Point(t.Context(), `SELECT nothing FROM points`, nil, func(Scan) error { return nil }); err == nil || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("a wrong column: %v", err)
		}
		var s scanned
		err := b.Point(t.Context(), `SELECT 'refuse' FROM points`, nil, func(scan Scan) error { return scan(&s) })
		if !errors.Is(err, errOwn) {
			t.Errorf("a column that refuses its value: %v", err)
		}
		if err := b.Point(t.Context(), `SELECT 1 FROM points`, nil, func(Scan) error { return errOwn }); !errors.Is(err, errOwn) {
			t.Errorf("the caller's own error: %v", err)
		}
		var n int64
		if err := b.Point(t.Context(), `SELECT COUNT(*) FROM points`, nil, func(scan Scan) error { return scan(&n) }); err != nil || n != 2 {
			t.Errorf("afterwards: %d, %v", n, err)
		}
	})
}

func TestAPointReadNeverWrites(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	err := b.Point(t.Context(), `INSERT INTO marks (n) VALUES (1) RETURNING n`, nil, func(Scan) error { return nil })
	if got := b.marks(t); err == nil || len(got) > 0 {
		t.Errorf("wrote %v, %v", got, err)
	}
}

func TestAPointReadAfterTheEndIsRefused(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		read := func() error {
			return b.Point(t.Context(), `SELECT 1`, nil, func(Scan) error { return nil })
		}
		if err := read(); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := read(); err == nil {
			t.Error("read from a closed database")
		}
	})
}
