// Package settings owns the operations of the management API on
// a vendor's own settings: its name, zone and where help is found, and its API keys.
package settings
