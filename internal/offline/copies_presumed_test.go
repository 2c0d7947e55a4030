package offline

import (
	"maps"
	"testing"

	"chancery/internal/ident"
)

func TestWhatWasPresumedCoversReports(t *testing.T) {
	t.Parallel()
	a, b := ident.UUID{1}, ident.UUID{2}
	count, left := covered(map[ident.UUID]int64{a: 5, b: 3}, map[ident.UUID]int64{a: 7, b: 1})
	if !maps.Equal(count, map[ident.UUID]int64{b: 2}) || !maps.Equal(left, map[ident.UUID]int64{a: 2, b: 0}) {
		t.Errorf("%v, %v", count, left)
	}
}
