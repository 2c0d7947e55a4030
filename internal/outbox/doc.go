// Package outbox owns what leaves the server after a commit: the catalogue of
// events, who is subscribed to which, and the queue of what waits to be delivered.
//
// Rows are written by tx.Tx.Enqueue in the transaction of the change, and only
// where somebody is subscribed. Delivery itself is not in here (webhook, mail).
package outbox
