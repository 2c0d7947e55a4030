// Package servertest starts the real program in-process, on a free port and a
// database of the test's own, on either engine.
//
// Only tests import it. What a promise to customers is about goes into
// test/scripts, where the program runs as the operator runs it.
package servertest
