// Package value owns the values that several areas of the management API take or
// show: numbers with decimals, ends, fields that can be null or left out, and
// what an edition grants. Each says how it reads, how it writes, and what its
// schema is.
package value
