// Package servertest starts the real program in-process, on a free port and a
// database of the test's own, on either engine. It owns what the program meets outside:
// a browser, a mail server, a receiver of webhooks, an authenticator, an OpenID provider.
//
// Only tests import it. What a promise to customers is about goes into
// test/scripts, where the program runs as the operator runs it.
package servertest
