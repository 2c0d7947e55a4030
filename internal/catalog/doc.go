// Package catalog owns what a vendor sells: products with their software
// releases and their definitions of features, limitations and variables, and the
// editions, which are the policy and the grants that licences start from.
//
// It does not own licences (licensing). Whoever changes an edition changes all
// of its licences at once, for a licence stores only what it overrides. Service
// makes and changes all of it, in the caller's transaction.
//
// # Revisions
//
// An answer to a client carries a serial that must rise with every change of
// what it says: the edition's revision plus the licence's own. Whatever changes
// an edition raises its revision, and so does everything above it that shows in
// an answer: a product's name or latest release, a release's description, the
// name or description of a definition that the edition grants. A product has a
// revision of its own too, for its editors; it takes no part in the serial.
package catalog
