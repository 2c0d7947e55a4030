// Package observe owns what the vendor's programs are seen to do: the events, sessions and
// exceptions that they send, and what is counted of them for each licence and account. A
// licence here is a text that a program sent. Nothing in this package says that it is valid,
// and nothing here changes what a licence allows.
//
// Three services do the work. Intake (intake.go) judges what is sent and puts it into the
// inbox; it answers when that is durable. Folding (folding.go) counts what lies in the inbox,
// about once a second, and says as of which instant the figures are exact. Keeping (keeping.go)
// deletes events that are older than the vendor keeps them.
//
// What is decided is decided by pure functions: Judge (judge.go) says whether an item is
// accepted, Book (book.go) what each item and each passing of time changes in the figures,
// Joined (joins.go) which actors are one, and Sees (plans.go) which plan shows the figures.
// The rules have numbers in docs/rules/observed.md.
//
// It does not own licences, customers or products that are sold: their ids are never
// compared here. The stores read lists for screens and programs by themselves.
package observe
