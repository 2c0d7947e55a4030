// Package search owns the search from anywhere in the console: licences, customers,
// devices and users by the beginning of a key, name, number or address.
package search
