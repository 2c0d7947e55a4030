// Package faults holds what must survive: the real program as a process of its
// own, killed at random moments under load, and its database looked at after.
//
// `go test` runs a short form. CHANCERY_SOAK=100 (or `make soak`) sets how many
// times the program is killed.
package faults
