// Package ident owns identity and time at their smallest: ids, the form of e-mail
// addresses that users are known by, the clock and randomness. The latter two are
// passed in by constructors so that tests decide them.
//
// It knows no database and no protocol. Every package may use it; it imports
// nothing of Chancery.
package ident
