// Package devices owns the pages of the devices that work only while they have paid days:
// the list, the page of one, selling and returning them, one or many; and for the vendor's
// staff making one, changing its model, and the numbers that reported and are no devices.
package devices
