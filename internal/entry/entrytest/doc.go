// Package entrytest owns the ways in which people write what entry reads, for the tests
// of every door. It is for tests alone, and imports nothing of Chancery.
package entrytest
