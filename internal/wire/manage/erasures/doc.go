// Package erasures is the area of the management API for erasing personal data: of a
// customer, a licensee, or a user of the vendor's.
package erasures
