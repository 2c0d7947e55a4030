// Package outbox owns the SQL of the room outbox. The queue's rows are written
// by package store.
package outbox
