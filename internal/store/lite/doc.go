// Package lite drives SQLite through its own interface.
//
// A short statement costs database/sql more than it costs SQLite: locks, copies of
// arguments, memory for each text, a look at each parameter's name. Here statements
// are prepared once, arguments are bound in memory that is kept, and columns go
// straight to where they are wanted. The writer and the reads by key are on it;
// whatever may be cut off by its caller is database/sql's.
//
// Arguments are written as on PostgreSQL: $1, $2 and on.
package lite
