// Package refusal owns the business refusal of a client's call: a value and not
// an error, so that what it recorded commits. The wire answers it as 409.
//
// It is a leaf, because the rooms that refuse must not know one another and yet
// hand on each other's refusals. It does not own what is refused: each room has
// the table of its own numbers and sentences.
package refusal
