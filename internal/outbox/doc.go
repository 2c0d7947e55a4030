// Package outbox owns what leaves the server after a commit: the catalogue of
// events, who is subscribed to which (Service), the queue of what waits to be delivered,
// and the Courier that works it off: which item is next, and when one is tried again.
//
// It owns the incoming webhooks of vendors, too (IncomingService): which systems may tell the server
// something, and the secrets that prove it is they. What they tell is not in here.
//
// Rows are written by tx.Tx.Enqueue in the transaction of the change, and only
// where somebody is subscribed. How an item reaches its subscriber is not in here:
// that is a Carrier's (webhook, mail).
package outbox
