package storetest

import (
	"testing"

	"chancery/internal/store/invariants"
)

// Sound fails the test for whatever the invariants find.
func Sound(t *testing.T, e Env) {
	t.Helper()
	found, err := invariants.Run(t.Context(), e.DB)
	if err != nil || len(found) != 0 {
		t.Errorf("the invariants found %v, %v", found, err)
	}
}
