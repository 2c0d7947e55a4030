// Package ident owns identity and time at their smallest: ids, the clock and
// randomness, all of them passed in by constructors so that tests decide them.
//
// It knows no database and no protocol. Every package may use it; it imports
// nothing of Chancery.
package ident
