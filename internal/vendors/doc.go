// Package vendors owns the tenants of the server: what a vendor is called, in
// which time zone its days begin, which plan it is on, what it tells the owners
// of its licences under Help, and the host names of its own.
//
// It does not own the vendor's users and keys (identity, keyring). The operator
// creates vendors from the command line; a vendor's owner changes name and zone.
// Service does both, and Helps changes the help texts, in the caller's transaction. Hosts
// changes host names, and proves them by DNS, which its resolver asks.
package vendors
