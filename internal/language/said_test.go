package language

import "testing"

// sentences are the sentences of rooms that pages of the portal can show.
func sentences(t *testing.T) []string {
	t.Helper()
	return []string{"must be between %d and %d characters long"}
}
