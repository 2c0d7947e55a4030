// Package customers owns the organisations and persons that hold licences, and
// the tree they form per vendor: a superior and its sub-customers. The tree is
// kept as a closure table, so that "within" is one look-up at any depth.
//
// It does not own what customers hold (licensing, prepaid) nor who signs in for
// them (identity). Service makes, changes and moves customers, the latter a portion
// at a time where many are below (move.go).
package customers
