// Package arch holds the house together: its tests fail when a package imports
// what it must not, or when a file breaks one of the rules that a reader relies
// on. It has no code of its own and nobody imports it.
//
// The rules stand in docs/adr/0002-rooms-and-arrows.md. places_test.go is the one
// table of rooms and arrows: a new package under internal gets its place there, and
// one without a place fails.
package arch
