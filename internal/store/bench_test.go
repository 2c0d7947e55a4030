package store

import (
	"sync/atomic"
	"testing"

	"chancery/internal/tx"
)

// BenchmarkGroupedChanges has many callers change one row each, durably.
func BenchmarkGroupedChanges(b *testing.B) {
	e := embedded(b)
	e.do(b, `INSERT INTO marks (n) VALUES (1), (2), (3), (4)`)
	var next atomic.Int64
	b.SetParallelism(128)
	b.RunParallel(func(p *testing.PB) {
		n := next.Add(1)%4 + 1
		for p.Next() {
			if err := e.Run(b.Context(), func(x tx.Tx) error {
				_, err := On(x).Exec(`UPDATE marks SET thing = NULL WHERE n = $1`, n)
				return err
			}); err != nil {
				b.Error(err)
			}
		}
	})
}
