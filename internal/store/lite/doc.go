// Package lite takes the store's statements to zombiezen.com/go/sqlite, which
// drives SQLite through its own interface.
//
// A short statement costs database/sql more than it costs SQLite: locks, copies of
// arguments, memory for each text, a look at each parameter's name. Here statements
// are prepared once, arguments are bound and columns read one by one. The library
// keeps the statements; this package finds the argument of each parameter, and the
// destination of each column, as database/sql does. The writer and the reads by key
// are on it; whatever may be cut off by its caller is database/sql's.
//
// Arguments are written as on PostgreSQL: $1, $2 and on.
package lite
