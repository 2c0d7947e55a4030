// Package pairs joins rooms that need each other: one file for each pair, named
// after it. A pair turns the words of one room into those of the other and
// decides nothing.
//
// It owns no service and no SQL, and knows no page and no API: the program and
// the tests of a room join the rooms by the same code.
package pairs
