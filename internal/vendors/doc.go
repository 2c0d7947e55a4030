// Package vendors owns the tenants of the server: what a vendor is called, in
// which time zone its days begin, and which plan it is on.
//
// It does not own the vendor's users and keys (identity, keyring). The operator
// creates vendors from the command line; a vendor's owner changes name and zone.
// Service does both, in the caller's transaction.
package vendors
