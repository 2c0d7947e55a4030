// Package licenses owns the portal's page of one licence: everything about it, with its
// meters.
package licenses
