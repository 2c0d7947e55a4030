// Package erasure owns taking a person's data out of everything that the server keeps:
// of a customer, of a licensee by the address, of a user of the vendor's. What was
// sold, used and done stays, without saying who it was.
//
// An erasure begins in one transaction, in which the customer's own row is replaced,
// and goes on in portions, stage by stage, through all tables: first the licences that
// are theirs, then their devices, then every table that holds text. How far it came
// stands in the database, so that a stop loses nothing. The names and addresses that are
// looked for are kept there while it goes on, and thrown away at its end.
//
// Service begins erasures, and goes on with them in the background. What is replaced, and
// where, is decided by Words and by what package store/erasure
// lists of each table. Records of the audit log are erased so that their chain stays
// provable, as package audit has it.
package erasure
