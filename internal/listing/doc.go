// Package listing owns what all lists share: page sizes, cursors and sorts.
//
// A list is paged by key, never by offset: the cursor holds the last row's sort
// value and id. A room's store declares which sorts it offers (those an index
// serves). It imports nothing of Chancery but fault.
package listing
