// Package observed owns the operations of the management API on observed usage: licences,
// accounts, events, what was refused, which actors are one, and how much is kept.
package observed
