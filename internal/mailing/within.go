package mailing

import (
	"time"

	"chancery/internal/language"
)

// Within says in words how long a link is good for: "in 1 hour", "in 7 days". It is empty
// for a link that is good for ever.
func Within(l *language.Language, d time.Duration) string {
	hours := int(d / time.Hour)
	switch {
	case d == 0:
		return ""
	case hours >= 48:
		return l.T("in %d days", hours/24)
	}
	return l.T("in %d hours", hours)
}
