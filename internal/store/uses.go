package store

import (
	"strconv"

	"chancery/internal/fault"
)

// Uses is a subquery that counts the rows which from names, with its condition. It stops
// behind the most that a refusal tells: clients can make any number of them, and the
// writer waits.
func Uses(from string) string {
	return `(SELECT COUNT(*) FROM (SELECT 1 FROM ` + from + ` LIMIT ` + strconv.Itoa(fault.MostUses+1) + `) AS used)`
}
