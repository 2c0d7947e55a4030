// Package licenses owns the operations of the management API on
// licences: the list, issuing and changing them, their
// tokens, meters and users.
package licenses
