// Package devices owns the SQL of the room devices. The stores of other rooms join
// its table to what a device holds.
package devices
