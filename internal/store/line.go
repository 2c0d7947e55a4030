package store

import "context"

// line is what takes a transaction's statements to the database. before are
// statements that nobody waits for; they come first, in the same round trip.
type line interface {
	query(ctx context.Context, before []statement, s statement) (Rows, error)
	exec(ctx context.Context, before []statement, s statement) (changed int64, err error)

	// far reports whether the database is a round trip away, so that it pays to
	// have statements travel together. Where it isn't, before is always empty.
	far() bool
}

// statement is one text with its arguments, $1 and on.
type statement struct {
	sqltext string
	args    []any
	row     *laterRow // of one that is to give a row; nil for others
}

// laterRow is what became of a RowLater.
type laterRow struct {
	dest  []any
	found bool
}
