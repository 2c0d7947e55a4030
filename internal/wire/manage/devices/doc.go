// Package devices owns the operations of the management API on
// the activations of licences, and the devices that hold them:
// their list, releasing and suspending.
package devices
