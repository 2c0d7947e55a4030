package webhooks

import (
	"slices"
	"testing"

	"chancery/internal/outbox"
)

// Every event can be chosen, and says when it happens.
func TestSentencesAreComplete(t *testing.T) {
	t.Parallel()
	var named []string
	for _, o := range sentences() {
		if o.Hint == "" {
			t.Errorf("%s has no sentence", o.Value)
		}
		named = append(named, o.Value)
	}
	slices.Sort(named)
	if !slices.Equal(named, outbox.Catalogue()) {
		t.Errorf("the form offers %v, the events are %v", named, outbox.Catalogue())
	}
}
