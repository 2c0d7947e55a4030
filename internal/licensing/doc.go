// Package licensing owns the life of a licence: issuing it with its keys and
// tokens, activating and giving up clients, heartbeats, goodwill, expiry,
// suspension, switching off, moving to another edition, and what each of these
// answers.
//
// Subscriptions has licences follow what outside systems say of them.
//
// Every rule is a pure function (decide*.go) over what the store brought;
// Service, around them, loads, decides, and writes in the caller's transaction.
// It does not own editions (catalog), customers, devices, sessions (floating), meters
// (metering), or how anything travels (wire). Only wiring, wire and web call it.
package licensing
