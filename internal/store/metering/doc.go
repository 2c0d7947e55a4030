// Package metering owns the SQL of the meters, their ledger, and the values that
// clients report. It implements the interfaces of the room metering, and the
// queries behind lists of them. It decides nothing.
package metering
