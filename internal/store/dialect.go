package store

// Dialect is all that differs between the engines in the text of a query.
type Dialect interface {
	// Name is "sqlite" or "postgres".
	Name() string

	// ForUpdate locks the rows of a SELECT against other changes of them, but not
	// against rows that refer to them; empty where there is one writer.
	ForUpdate() string

	// ForUpdateOf locks the rows of one table of a join.
	ForUpdateOf(alias string) string

	// ForUpdateSkipLocked is ForUpdate, but leaves out rows that another transaction has locked.
	ForUpdateSkipLocked() string

	// NewID is what an INSERT gives as the id of a new row: one that no row has, and none
	// that was deleted had (Tx.Deleted).
	NewID(table string) string

	// Greatest gives the larger of two expressions.
	Greatest(a, b string) string
}

type sqliteDialect struct{}

func (sqliteDialect) Name() string                { return "sqlite" }
func (sqliteDialect) ForUpdate() string           { return "" }
func (sqliteDialect) ForUpdateOf(string) string   { return "" }
func (sqliteDialect) ForUpdateSkipLocked() string { return "" }

// NewID: NULL lets the engine choose, the id after the highest that a row has.
func (sqliteDialect) NewID(table string) string {
	return "(SELECT x.id + 1 FROM last_ids x WHERE x.name = '" + table + "' AND x.id >= (SELECT COALESCE(MAX(m.id), 0) FROM " + table + " m))"
}

func (sqliteDialect) Greatest(a, b string) string { return "MAX(" + a + ", " + b + ")" }

const postgresName = "postgres"

type postgresDialect struct{}

func (postgresDialect) Name() string                { return postgresName }
func (postgresDialect) ForUpdate() string           { return " FOR NO KEY UPDATE" }
func (postgresDialect) ForUpdateOf(a string) string { return " FOR NO KEY UPDATE OF " + a }
func (postgresDialect) ForUpdateSkipLocked() string { return " FOR NO KEY UPDATE SKIP LOCKED" }
func (postgresDialect) NewID(string) string         { return "DEFAULT" }
func (postgresDialect) Greatest(a, b string) string { return "GREATEST(" + a + ", " + b + ")" }
