// Package testclock owns the operations of the management API on the test clock:
// reading it and moving it.
package testclock
