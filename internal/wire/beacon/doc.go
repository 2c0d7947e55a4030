// Package beacon owns the addresses to which programs send usage events, in the form of
// the SDKs that send them, and the list of observed licences that this protocol has.
//
// Browsers of any origin call it: every answer says so, refusals too, or a browser would lose
// the batch. Nothing is answered with 5xx, because the SDKs repeat after 429 alone. What is
// accepted is decided by the room observe.
package beacon
