// Package settings owns the page of what a customer lets happen to its cards and devices:
// its superior manages them, others sell devices to it; and of the vendor's days of grace,
// for staff.
package settings
