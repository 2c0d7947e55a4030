package servertest

import (
	"testing"

	"chancery/internal/store"
)

// Tables are the names of all tables in the server's database.
func (s *Server) Tables(tb testing.TB) []string {
	tb.Helper()
	db := s.Program.Rooms().DB
	tables := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if db.Dialect.Name() != "sqlite" {
		tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	names, err := store.All[string](db.Query(tb.Context(), tables))(func(scan store.Scan) (name string, err error) {
		err = scan(&name)
		return name, err
	})
	if err != nil || len(names) < 20 {
		tb.Fatalf("tables %v: %v", names, err)
	}
	return names
}

// Rows counts the rows of every table, but of those that the server's own work fills
// when it comes.
func (s *Server) Rows(tb testing.TB) map[string]int {
	tb.Helper()
	counts := map[string]int{}
	for _, name := range s.Tables(tb) {
		var n int
		if _, err := s.Program.Rooms().DB.QueryRow(tb.Context(), `SELECT COUNT(*) FROM `+name, nil, &n); err != nil {
			tb.Fatal(err)
		}
		counts[name] = n
	}
	for _, own := range []string{"leases", "figures", "figure_days", "audit_seals", "audit_heads"} {
		delete(counts, own)
	}
	return counts
}
