// Package orders owns the pages of work on very many cards, which goes in the background:
// the list of orders, and how far one is.
package orders
