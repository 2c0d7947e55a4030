// Package cli is the command line: the subcommands of the one binary, their flags, and
// what they print. Each subcommand is a file; Main is all that cmd/chancery calls.
//
// It has no rules: serve and demo start a server, client is clientcmd's, and the others
// ask the rooms that wiring joins, beside a running server or without one.
package cli
