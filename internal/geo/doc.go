// Package geo tells the country of an IP address from an MMDB file: the embedded
// country database (IPtoASN, PDDL-1.0; see NOTICE) or one that the operator names.
//
// It is an adapter: it opens no connection, and what it says is a hint for
// screens, never a ground for a decision.
package geo
