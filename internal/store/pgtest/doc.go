// Package pgtest gives tests PostgreSQL databases of their own.
//
// It owns the naming, making and dropping of test databases on the server that
// the environment names. It does not own the server (scripts/postgres.sh does)
// nor any schema: a caller that wants one prepares a template with it.
//
// Only tests may call it. A test that needs PostgreSQL and finds none fails; it
// is never skipped.
package pgtest
