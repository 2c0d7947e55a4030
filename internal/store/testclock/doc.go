// Package testclock owns the SQL of the test clock: how a database stands to it. It
// implements testclock.Store.
package testclock
