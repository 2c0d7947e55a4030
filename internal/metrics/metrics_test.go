package metrics_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/metrics"
)

func TestFigures(t *testing.T) {
	t.Parallel()
	asked := 0
	m := metrics.New(metrics.Sources{
		Clock: ident.SystemClock{}, Queue: func() int { return 3 }, WriteBehind: func() int { return 4 },
		Commits: func() int64 { return 5 }, Rollbacks: func() int64 { return 6 },
		Held:   func() metrics.Times { return metrics.Times{UpTo: map[float64]uint64{0.1: 2}, All: 3, Sum: 4} },
		Waited: func() metrics.Times { return metrics.Times{UpTo: map[float64]uint64{0.1: 5}, All: 6, Sum: 7} },
		Busy:   func() time.Duration { return 1500 * time.Millisecond },

		InFlight:   func() (int, int) { return 8, 9 },
		TurnedAway: func() map[string]int64 { return map[string]int64{"in_flight": 10} },
		Licenses: func(context.Context) (map[string]int64, error) {
			asked++
			return map[string]int64{"active": 7}, nil
		},
		LicensesEvery: time.Hour,
	})
	m.Observe("POST /x", 200, time.Millisecond)
	m.Observe("POST /x", 200, time.Millisecond)
	m.Observe("", 404, time.Millisecond)
	var text string
	for range 2 {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		text = w.Body.String()
	}
	for _, want := range []string{
		`chancery_requests_total{route="POST /x",status="200"} 2`, `chancery_requests_total{route="none",status="404"} 1`,
		`chancery_request_seconds_count{route="POST /x"} 2`, "chancery_writer_queue 3", "chancery_write_behind_waiting 4",
		"chancery_transactions_committed_total 5", "chancery_transactions_failed_total 6", `chancery_licenses{state="active"} 7`,
		`chancery_transaction_seconds_bucket{le="0.1"} 2`, "chancery_transaction_seconds_count 3", "chancery_transaction_seconds_sum 4",
		`chancery_transaction_wait_seconds_bucket{le="0.1"} 5`, "chancery_writer_busy_seconds 1.5",
		"chancery_requests_in_flight 8", "chancery_requests_waiting 9", `chancery_requests_turned_away_total{reason="in_flight"} 10`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
	if asked != 1 {
		t.Errorf("licences were counted %d times for two visits", asked)
	}
}
