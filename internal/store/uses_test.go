package store

import "testing"

// However many rows there are, no more are counted than a refusal tells.
func TestUsesAreCountedUpToWhatIsTold(t *testing.T) {
	t.Parallel()
	const many = `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n) AS many`
	for name, b := range map[string]bench{"sqlite": embedded(t), "postgres": server(t)} {
		for from, want := range map[string]int{many: 1001, many + ` WHERE i <= 7`: 7, many + ` WHERE i > 5000`: 0} {
			var n int
			if _, err := b.QueryRow(t.Context(), `SELECT `+Uses(from), nil, &n); err != nil || n != want {
				t.Errorf("%s: %d of %s, want %d; %v", name, n, from, want, err)
			}
		}
	}
}
