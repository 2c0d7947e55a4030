package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// column is one column as both engines can tell it.
type column struct {
	table, name, kind string
	nullable          bool
}

// index is one index, unique constraint or primary key. A name is given only to
// an index that has been made by CREATE INDEX.
type index struct {
	table, name, columns string
	unique, partial      bool
}

// reference is one foreign key.
type reference struct{ table, columns, to, toColumns string }

// columnsOf reads the columns of a database in order.
func columnsOf(tb testing.TB, b bench) []column {
	tb.Helper()
	text := `SELECT table_name, column_name, data_type, is_nullable = 'YES'
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' ORDER BY table_name, ordinal_position`
	if b.Dialect.Name() == "sqlite" {
		// An INTEGER PRIMARY KEY is the row's number, and never NULL.
		text = `SELECT m.name, c.name, c.type, c."notnull" = 0 AND NOT (c.pk = 1 AND c.type = 'INTEGER') FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid`
	}
	return rowsOf(tb, b, text, func(scan Scan) (c column, err error) {
		err = scan(&c.table, &c.name, &c.kind, &c.nullable)
		c.kind = cmp.Or(map[string]string{"BLOB": "bytea", "INTEGER": "bigint", "TEXT": "text"}[c.kind], c.kind)
		return c, err
	})
}

func indexesOf(tb testing.TB, b bench) []index {
	tb.Helper()
	text := `SELECT t.relname, CASE WHEN k.oid IS NULL THEN i.relname ELSE '' END, x.indisunique, x.indpred IS NOT NULL,
			(SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(x.indkey::smallint[]) WITH ORDINALITY u (attnum, n)
				JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.attnum)
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		JOIN pg_namespace s ON s.oid = t.relnamespace LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u')
		WHERE s.nspname = 'public' AND t.relname NOT LIKE 'goose%'`
	if b.Dialect.Name() == "sqlite" {
		text = `SELECT m.name, CASE WHEN i.origin = 'c' THEN i.name ELSE '' END, i."unique", i.partial,
				(SELECT group_concat(c.name, ',' ORDER BY c.seqno) FROM pragma_index_info(i.name) c)
			FROM sqlite_master m, pragma_index_list(m.name) i
			WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'
			UNION ALL SELECT m.name, '', 1, 0, c.name FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' AND c.pk = 1 AND c.type = 'INTEGER'
				AND (SELECT COUNT(*) FROM pragma_table_info(m.name) p WHERE p.pk > 0) = 1`
	}
	found := rowsOf(tb, b, text, func(scan Scan) (i index, err error) {
		return i, scan(&i.table, &i.name, &i.unique, &i.partial, &i.columns)
	})
	slices.SortFunc(found, func(x, y index) int { return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
	return found
}

func referencesOf(tb testing.TB, b bench) []reference {
	tb.Helper()
	text := `SELECT t.relname, f.relname,
			(SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u (attnum, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.attnum),
			(SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u (attnum, n) JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = u.attnum)
		FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid WHERE k.contype = 'f'`
	if b.Dialect.Name() == "sqlite" {
		text = `SELECT m.name, k."table", group_concat(k."from", ',' ORDER BY k.seq), group_concat(k."to", ',' ORDER BY k.seq)
			FROM sqlite_master m, pragma_foreign_key_list(m.name) k
			WHERE m.type = 'table' GROUP BY m.name, k.id`
	}
	found := rowsOf(tb, b, text, func(scan Scan) (r reference, err error) {
		return r, scan(&r.table, &r.to, &r.columns, &r.toColumns)
	})
	slices.SortFunc(found, func(x, y reference) int { return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
	return found
}

func rowsOf[T any](tb testing.TB, b bench, text string, scan func(Scan) (T, error)) []T {
	tb.Helper()
	rows, err := b.Query(tb.Context(), text)
	all, err := All[T](rows, err)(scan)
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// both migrates a database of each engine.
func both(t *testing.T) (lite, post bench) {
	t.Helper()
	benches := make([]bench, 0, 2)
	for _, c := range emptyDatabases(t) {
		migrate(t, c)
		benches = append(benches, reopened(t, c))
	}
	return benches[0], benches[1]
}

func TestBothEnginesReachTheSameSchema(t *testing.T) {
	t.Parallel()
	lite, post := both(t)
	same(t, "columns", columnsOf(t, lite), columnsOf(t, post))
	same(t, "indexes", indexesOf(t, lite), indexesOf(t, post))
	same(t, "foreign keys", referencesOf(t, lite), referencesOf(t, post))
}

func same[T comparable](t *testing.T, what string, lite, post []T) {
	t.Helper()
	if len(lite) < 20 {
		t.Errorf("only %d %s were found", len(lite), what)
	}
	for _, x := range lite {
		if !slices.Contains(post, x) {
			t.Errorf("%s: only SQLite has %+v", what, x)
		}
	}
	for _, x := range post {
		if !slices.Contains(lite, x) {
			t.Errorf("%s: only PostgreSQL has %+v", what, x)
		}
	}
	if len(lite) != len(post) {
		t.Errorf("%s: %d on SQLite, %d on PostgreSQL", what, len(lite), len(post))
	}
}

// Texts compare by byte on PostgreSQL, as they do on SQLite.
func TestTextsCompareByByte(t *testing.T) {
	t.Parallel()
	_, post := both(t)
	wrong := rowsOf(t, post, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name NOT LIKE 'goose%'`,
		func(scan Scan) (name string, err error) { return name, scan(&name) })
	for _, name := range wrong {
		t.Errorf("%s has no COLLATE \"C\"", name)
	}
}

// Keys, unique sets and foreign keys lead with the vendor, but for these.
func TestUniqueSetsLeadWithTheVendor(t *testing.T) {
	t.Parallel()
	lite, _ := both(t)
	without := []string{
		"change_counter", "leases", "vendors", "word_progress", "last_ids", "former_slugs", // of no vendor, or the vendor itself
		"api_keys(secret_hash)", "user_sessions(token_hash)", "access_tokens(token_hash)", "vendor_hosts(host)", // the vendor is found by it
	}
	for _, i := range indexesOf(t, lite) {
		leads := i.columns == "vendor_id" || strings.HasPrefix(i.columns, "vendor_id,")
		rowNumber := i.columns == "id" || i.table == "pulses" && i.columns == "activation_id"
		if i.unique && !leads && !rowNumber && !slices.Contains(without, i.table) && !slices.Contains(without, i.table+"("+i.columns+")") {
			t.Errorf("%+v does not lead with the vendor", i)
		}
	}
	for _, r := range referencesOf(t, lite) {
		if r.to != "vendors" && !strings.HasPrefix(r.columns, "vendor_id,") {
			t.Errorf("%+v does not lead with the vendor", r)
		}
	}
}
