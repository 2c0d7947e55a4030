package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Prepaid is what the run that charges prepaid devices has done in this process.
type Prepaid struct {
	Charged, Dark int64
	LastChunk     time.Duration
	Paused        bool // the clock has leapt
}

// dueTime is how long the devices that are due are counted.
const dueTime = 5 * time.Second

// registerPrepaid adds the figures of prepaid devices.
func registerPrepaid(to prometheus.Registerer, figures func() Prepaid, due func(ctx context.Context) (int64, error)) {
	gauge := func(name, help string, value func() float64) {
		to.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	counter := func(name, help string, value func() float64) {
		to.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
	}
	counter("chancery_prepaid_charged_total", "Devices that the run has given a day.", func() float64 { return float64(figures().Charged) })
	counter("chancery_prepaid_blacklisted_total", "Devices that the run has blacklisted.", func() float64 { return float64(figures().Dark) })
	gauge("chancery_prepaid_chunk_seconds", "Time that the last chunk of the run kept the writer.", func() float64 { return figures().LastChunk.Seconds() })
	gauge("chancery_prepaid_paused", "1 while nothing is charged, because the clock has leapt.", func() float64 {
		if figures().Paused {
			return 1
		}
		return 0
	})
	gauge("chancery_prepaid_due", "Devices that are due and not yet charged, up to 100,000.", func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), dueTime)
		defer cancel()
		n, err := due(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	})
}
