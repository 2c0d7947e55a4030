// Package catalog owns the operations of the management API on
// what a vendor sells: products with their definitions and
// software releases, editions with their policy and grants, and what clients of a
// product report values of.
package catalog
