// Package refusal owns the business refusals of a client's call: the table of
// their numbers, words and sentences, and the refusal itself. A refusal is a value
// and not an error, so that what a call recorded commits. The wire answers it as 409.
//
// The table is the only list. Rooms refuse by its numbers; the wire answers its
// sentences; the console shows its short words; `chancery client` falls back on
// its sentences; tests compare docs/clients-api.md and the SDK's constants with it.
//
// It is a leaf, because the rooms that refuse must not know one another and yet
// hand on each other's refusals. It does not own when something is refused: that
// is each room's own.
package refusal
