package server

import (
	"math"
	"runtime/debug"
	"testing"
)

// The collector's settings are the process's: this test must not run beside others.
func TestTheOperatorsSettingsOfTheCollectorGoBeforeOurs(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	for _, c := range []struct {
		set     map[string]string
		percent int
		limit   int64
	}{
		{map[string]string{"GOGC": "100"}, 100, math.MaxInt64},
		{map[string]string{"GOMEMLIMIT": "1GiB"}, collectAt, math.MaxInt64},
		{nil, collectAt, softLimit},
	} {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
		TuneCollector(func(name string) (string, bool) { v, ok := c.set[name]; return v, ok })
		if got := debug.SetGCPercent(100); got != c.percent {
			t.Errorf("with %v the percentage is %d, want %d", c.set, got, c.percent)
		}
		if got := debug.SetMemoryLimit(-1); got != c.limit {
			t.Errorf("with %v the limit is %d, want %d", c.set, got, c.limit)
		}
	}
}
