// Package store owns the database: opening an engine (embedded SQLite or
// PostgreSQL), the schema, and transactions. It implements tx.Runner, the
// journal, the outbox rows and the answers kept for idempotency.
//
// The SQL of a room lives in store/<room>; those packages take a tx.Tx, reach
// its SQL with On, and read outside transactions through DB. There is one SQL
// text for both engines ($1 placeholders, integer Unix milliseconds, explicit
// columns); what differs is a Dialect. The statements of a wide table are made from the
// lines of its Record. Rules of the trade are not in here.
//
// Only wiring, server, cli, the stores of the rooms and tests may import it; wire and web never do.
package store
