// Package incoming owns the addresses to which systems of vendors send webhooks, in the form of
// Standard Webhooks: what a message says of a subscription is stated of its licence.
//
// Nobody is signed in there. A message proves itself by its signature, and is of any use for
// some minutes; a message that comes twice, or after a later one, changes nothing.
package incoming
