// Package customers owns the operations of the management API on
// customers and their place in the tree.
package customers
