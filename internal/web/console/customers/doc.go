// Package customers owns the pages of customers: the list with its one search
// box, the page of one with its place in the tree, and the matches that forms of
// other areas choose a customer from.
package customers
