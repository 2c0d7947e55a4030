package backup

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"chancery/internal/store"
)

// A table that a migration adds must be backed up, or be left out knowingly.
func TestEveryTableIsBackedUp(t *testing.T) {
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
	rows, err := db.QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(append([]string{"goose_db_version", "schema_serves", "sqlite_sequence"}, leftOut...), name) {
			continue
		}
		found++
		if !slices.Contains(tables, name) {
			t.Errorf("%s is not backed up", name)
		}
	}
	if err := rows.Err(); err != nil || found != len(tables) {
		t.Errorf("%d tables in the schema, %d in the list, %v", found, len(tables), err)
	}
}
