// Package tx owns the contract of a transaction: Run, what a transaction offers
// to the rooms (one instant, the journal, the outbox), who is acting in it, and
// the idempotency of repeated requests.
//
// It holds no SQL: internal/store implements it on SQLite and PostgreSQL. Rooms
// import it and the leaves, and nothing else of Chancery.
package tx
