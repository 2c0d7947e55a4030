package value

import "chancery/internal/terms"

// ExpiresMode returns the mode that was asked for, or the one that the given end stands for.
func ExpiresMode(now terms.ExpiresMode, asked *terms.ExpiresMode, at Optional[Deadline], days Optional[int]) terms.ExpiresMode {
	switch {
	case asked != nil:
		return *asked
	case at.Value != nil:
		return terms.ExpiresAt
	case days.Value != nil:
		return terms.ExpiresDaysActivated
	case at.Given && now == terms.ExpiresAt, days.Given && now == terms.ExpiresDaysActivated:
		return terms.ExpiresNever
	}
	return now
}
