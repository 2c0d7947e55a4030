// Package testclock owns the test clock: whether a database has one, how far it is
// ahead of the real time, and how it is moved. Vendors test with it in a minute what
// their licences do in a year (docs/testing.md).
//
// A clock that is moved stops at every instant at which periodic work is due, and
// that work is done there, so that afterwards all is as if the time had passed. It
// does not own the work: the server hands it over as Works. Nor does it own the clock
// that all rules go by, which is an ident.AheadClock.
//
// Service moves the clock. The management API and the console call it; the server
// asks it whether it may run on the database at all. The rules of a database's mark
// are in state.go, which stops there are in stops.go, how moves wait
// for one another and what is remembered of a request in hold.go.
package testclock
