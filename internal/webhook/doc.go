// Package webhook owns how an item of the outbox reaches a URL: as a POST in the
// form of Standard Webhooks (https://www.standardwebhooks.com), signed with the
// subscription's secret.
//
// What is queued, retried and given up on is the outbox's; which addresses may
// be reached is outbound's. Only wiring makes one.
package webhook
