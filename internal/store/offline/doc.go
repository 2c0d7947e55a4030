// Package offline owns the SQL of the room offline.
package offline
