package server

import (
	"slices"
	"testing"

	"chancery/internal/store/storetest"
	"chancery/internal/wiring"
)

// Work that no instant makes due follows from changes. All other work tells when it has
// something to do next, or the test clock would pass by it.
func TestEveryJobSaysWhenItIsDue(t *testing.T) {
	t.Parallel()
	follow := []string{
		"bring licences to their limits", "release devices", "finish moves of customers", "finish addresses of licensees", "move days to another zone", "remove stored locations",
		"seal the audit log", "clear names away", "carry imports out", "carry prepaid orders out", "erase personal data", "make missing words", "count usage events",
	}
	a, err := New(t.Context(), Config{
		Storage: wiring.Storage{Dir: storetest.SQLiteDir(t)}, Retention: Retention{Ledger: 1, Sessions: 1, History: 1, Usage: 1, RetiredKeys: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Stop(t.Context()) }()
	for _, j := range a.periodic.jobs {
		if listed := slices.Contains(follow, j.Name); listed != (j.Next == nil) {
			t.Errorf("%q: it follows from changes: %v, it says when it is due: %v", j.Name, listed, j.Next != nil)
		}
		if j.Next == nil {
			continue
		}
		if at, err := j.Next(t.Context(), storetest.Start); err != nil || !at.IsZero() && !at.After(storetest.Start) {
			t.Errorf("%q is next due at %v, %v", j.Name, at, err)
		}
	}
}
