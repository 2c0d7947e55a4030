// Package recheck owns the one kind of cache that Chancery has: values that are
// kept while a change counter in the database stands still, looked at again at
// most a second later. Vendors, their host names, API keys and public keys use it, and
// which vendors have prepaid devices; nothing else.
//
// It is a leaf: it imports nothing of Chancery but ident.
package recheck
