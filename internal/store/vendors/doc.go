// Package vendors owns the SQL of the room vendors. Each change raises the
// change counter, because vendors are cached (package recheck).
package vendors
