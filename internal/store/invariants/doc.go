// Package invariants owns the statements that must find nothing in a sound
// database, whatever happened to it: `chancery verify` runs them over one state
// of the whole database, while it is in use.
//
// They look across rooms, which is why they are here and not in one of them.
package invariants
