package main

import (
	"context"
)

// windows is how many parts a measurement of cost has. The cheapest counts:
// what others do on the same cores only ever makes a call dearer.
const windows = 3

// warm drives a load for half a second and forgets it.
func warm(ctx context.Context, l load) error {
	l.seconds, l.check = 0.5, nil
	_, err := l.closed(ctx)
	return err
}

// cheapest drives a load closed-loop, and gives all of it together with what a
// call cost the server in the cheapest window, in microseconds of its CPU.
func cheapest(ctx context.Context, l load, p *process) (all result, micros float64, err error) {
	l.seconds /= windows
	for range windows {
		if l.used() {
			break
		}
		before := p.cpu()
		got, err := l.closed(ctx)
		if err != nil {
			return all, 0, err
		}
		if cost := float64((p.cpu() - before).Microseconds()) / float64(max(1, got.calls)); micros == 0 || cost < micros && got.calls >= 100 {
			micros = cost
		}
		all.calls, all.seconds, all.latency = all.calls+got.calls, all.seconds+got.seconds, append(all.latency, got.latency...)
	}
	all.sort()
	return all, micros, nil
}

// figures runs a load closed-loop for cost and open-loop at half of that rate
// for latency, as long as there are calls left for it.
func (s *site) figures(ctx context.Context, l load, note string) error {
	l.address, l.seconds = s.address, s.seconds
	if err := warm(ctx, l); err != nil {
		return err
	}
	full, cost, err := cheapest(ctx, l, s.process)
	if err != nil {
		return err
	}
	calm := full
	if l.used() {
		note = "latency at full load"
	} else if calm, err = l.open(ctx, full.perSecond()/2); err != nil {
		return err
	}
	s.report.add(row{
		Name: l.name, Engine: s.engine, Licenses: s.licenses, Connections: l.connections, PerSecond: full.perSecond(), CPUMicros: cost,
		Ratio: s.report.FloorCPU / cost, P50Millis: millis(calm.percentile(0.5)), P99Millis: millis(calm.percentile(0.99)), MemoryMB: s.memory(), Note: note,
	})
	return nil
}
