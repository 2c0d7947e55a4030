// Package vendors owns the tenants of the server: what a vendor is called, in
// which time zone its days begin, which plan it is on, and what it tells the owners
// of its licences under Help.
//
// It does not own the vendor's users and keys (identity, keyring). The operator
// creates vendors from the command line; a vendor's owner changes name and zone.
// Service does both, and Helps changes the help texts, in the caller's transaction.
package vendors
