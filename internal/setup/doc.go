// Package setup says that a command line or a configuration is wrong: in one
// sentence for the operator, who can put it right. The program ends with exit code 2
// then.
//
// It does not say what callers of the server did wrong: that is fault's. Only wiring,
// server and cli use it.
package setup
