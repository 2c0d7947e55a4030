// Package customers owns the operations of the management API on
// customers, their place in the tree, and who looks after their licences.
package customers
