// Package many owns the page on which many cards are bound to devices: from a CSV file, from
// what is pasted, or by scanning, with a preview of every line.
package many
