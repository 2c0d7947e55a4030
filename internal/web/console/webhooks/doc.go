// Package webhooks owns the pages of who is told of events: endpoints, what was
// delivered to them and what was not, and their secrets; and of the systems that tell the
// server where subscriptions stand. Mail about licences has
// an area of its own.
package webhooks
