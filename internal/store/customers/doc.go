// Package customers owns the SQL of the room customers: the customers, and the
// closure table with a row for every customer and each customer it is within,
// itself included at depth 0.
package customers
