// Package records owns the pages of what has happened: the sales record, in which each side
// of a transfer sees its own part, with the cards that moved; and the deduction record, with
// failed deductions, their reason, and whom to ask for more days.
package records
