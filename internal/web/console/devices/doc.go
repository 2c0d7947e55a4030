// Package devices owns the pages of activated devices over all licences in the
// console: the list, and the page of one with what may be done with it.
package devices
