// Package client is the Go SDK: what a vendor's program links to ask for its
// licence, keep it, and judge it without a network.
//
// It owns the client's side of provisioning (activate, heartbeat, deactivate),
// the client's identity and key pair, the state on disk, and the judgement
// whether the program may run (freeride, expiry, clocks). It believes nothing
// that is not signed: every answer's signature, nonce and status are checked,
// and the state is the signed bytes as they were received.
//
// It does not own the rules of licensing (the server decides who gets what) nor
// the signed formats (package signed). It shows nothing on a screen and logs
// nothing. A person with full control of the machine can still take the check
// out of the program; docs/formats.md says what is and what is not prevented.
//
// Vendors' programs call it, and `chancery client`. It uses the standard library
// and package signed only. A Client may be used from several goroutines.
package client
