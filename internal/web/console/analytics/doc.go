// Package analytics owns the pages of how clients are spread: by version,
// operating system, country, edition and product, now and over time, each figure
// with the list of clients behind it; and what clients report of their use.
package analytics
