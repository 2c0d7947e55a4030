// Package webhooks owns the operations of the management API on
// who is told of events: subscriptions of webhooks and mail
// addresses, what is queued for them, and the attempts to deliver it; and on the webhooks by which
// other systems tell the server something.
package webhooks
