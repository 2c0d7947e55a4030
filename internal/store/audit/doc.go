// Package audit owns the SQL of the room audit: the lists of the audit log, and
// the chains of seals. The log itself is written by package store.
package audit
