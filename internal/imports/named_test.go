package imports

import (
	"testing"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

func TestOneEdition(t *testing.T) {
	t.Parallel()
	a, b := ident.UUID{1}, ident.UUID{2}
	if got, err := OneEdition([]ident.UUID{a}, ""); err != nil || got != a {
		t.Errorf("one edition of the name: %v, %v", got, err)
	}
	for _, named := range [][]ident.UUID{nil, {a, b}} {
		if _, err := OneEdition(named, ""); !fault.Is(err, "invalid_request") {
			t.Errorf("%d editions of the name: %v", len(named), err)
		}
	}
}
