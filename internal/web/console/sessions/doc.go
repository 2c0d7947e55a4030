// Package sessions owns the pages of floating sessions over all licences in the
// console: those that are open, past ones, and the licences nearest their limit.
package sessions
