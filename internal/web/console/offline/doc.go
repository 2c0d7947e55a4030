// Package offline owns the console's pages of devices that live from files: those that
// their owners have deleted, that want a refresh, that are two copies of one machine, and
// that used more than a licence allows; and bringing a file on a customer's behalf.
package offline
