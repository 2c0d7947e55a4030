// Package offline owns the operations of the management API on files of devices without
// internet: bringing one, what came and went of a licence, and devices with a file that
// their owners have deleted.
package offline
