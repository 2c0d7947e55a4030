// Command bench is the load program: it starts the built server on a fresh
// database of a stated size, drives it over loopback HTTP with a bounded number
// of requests, checks the answers as it goes, and prints what each call costs as
// a ratio to a floor measured in the same run. docs/performance.md says how to
// read its table.
//
// It is no part of the product: nothing imports it.
package main
