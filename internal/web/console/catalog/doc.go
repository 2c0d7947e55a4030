// Package catalog owns the pages of what a vendor sells: products with their
// definitions and software releases, and editions with the one form that makes
// their many fields understandable.
package catalog
