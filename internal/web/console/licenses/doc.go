// Package licenses owns the pages of licences in the console: the list, issuing
// one, and the page of one with its tabs.
package licenses
