// Package figures owns the SQL of the daily figures: counting the rows of other
// rooms by day, keeping the counts, and reading them for screens. It implements
// figures.Store.
package figures
