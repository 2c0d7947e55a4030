// Package clientcmd is `chancery client`: the Go SDK on a command line, what a
// vendor's developer tries first.
//
// It owns the flags, the texts and the JSON that the subcommands print. It
// does not own any rule: it calls package client like any vendor's program, and
// knows nothing of the server. The binary mounts Cmd; nobody else calls it.
package clientcmd
