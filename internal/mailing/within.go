package mailing

import (
	"strconv"
	"time"
)

// Within says in words how long a link is good for: "in one hour", "in seven days".
func Within(d time.Duration) string {
	n, unit := int(d/time.Hour), "hour"
	if n >= 48 {
		n, unit = n/24, "day"
	}
	small := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	text := strconv.Itoa(n)
	if n < len(small) {
		text = small[n]
	}
	if n != 1 {
		unit += "s"
	}
	return "in " + text + " " + unit
}
