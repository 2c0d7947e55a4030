// Package cards owns the pages of cards: the list that counts them by license code; the
// list of the cards themselves; the page of one; and what is done with them, one or many:
// lock, bind, unbind, sell, return.
package cards
