// Package backup owns the engine-neutral copy of a whole database: writing it
// while the server runs, and reading it into an empty database of either engine.
// That is also the way from SQLite to PostgreSQL. docs/operate.md#backup tells how to use it.
//
// It knows tables and columns, no rules. What is secret in a database is sealed
// there and stays sealed in its copy; the master key is not in it.
package backup
