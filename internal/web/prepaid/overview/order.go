package overview

import (
	"cmp"
	"slices"

	"chancery/internal/prepaid"
)

// byTotal gives the figures of codes of which there are cards, those with the most first.
func byTotal(codes []prepaid.CodeFigures) []prepaid.CodeFigures {
	some := slices.DeleteFunc(slices.Clone(codes), func(c prepaid.CodeFigures) bool { return c.Total == 0 })
	slices.SortStableFunc(some, func(a, b prepaid.CodeFigures) int { return cmp.Compare(b.Total, a.Total) })
	return some
}
