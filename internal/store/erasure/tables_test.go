package erasure

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"chancery/internal/store"
)

// A column of text that a migration adds is either erased, or known to say nothing of people.
func TestEveryTextIsErasedOrSaysNothingOfPeople(t *testing.T) {
	t.Parallel()
	c := store.Config{Dir: t.TempDir()}
	if err := store.Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(c.Dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' AND c.type = 'TEXT'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	known := map[string]int{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		places := 0
		for _, k := range tables {
			if k.name == name && slices.ContainsFunc(k.texts, func(c column) bool { return c.name == text }) {
				places++
			}
		}
		for _, list := range []map[string][]string{notPersonal, elsewhere} {
			if slices.Contains(list[name], text) {
				places++
			}
		}
		if places != 1 {
			t.Errorf("%s.%s stands in %d of the lists, want one", name, text, places)
		}
		known[name]++
	}
	if err := rows.Err(); err != nil || len(known) < 30 {
		t.Fatalf("%d tables: %v", len(known), err)
	}
}
