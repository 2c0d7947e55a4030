// Package settings owns the operations of the management API on
// a vendor's own settings: its name, zone and where help is found, its API keys, and its host names.
package settings
