package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// portalPages opens the pages that the owner of a licence with 10,000 activations and a
// year of consumption opens, with what they offer to filter and sort by. The row is that of
// the slowest one.
func portalPages(ctx context.Context, s *site) error {
	b, err := s.signInTo(ctx, "portal")
	if err != nil {
		return err
	}
	license := "/licenses/" + seedUUID(kindLicense, ownedLicense(s.licenses)).String()
	first := s.licenses + metered + spare + crowd
	paths := []string{
		"/", license, license + "/activations", license + "/activations?sort=created_at", license + "/activations?q=host-00",
		license + "/activations?q=nowhere", license + "/activations?state=silent", license + "/activations?state=goodwill",
		"/activations/" + seedUUID(kindActivation, first).String(), "/activations/" + seedUUID(kindActivation, first).String() + "/heartbeats",
		"/activations/" + seedUUID(kindActivation, first).String() + "/delete",
	}
	taken, err := b.openAll(ctx, paths, int(min(max(s.seconds*4, 5), 100)))
	if err != nil {
		return err
	}
	slowest, worst := slowestOf(taken)
	p50, p99 := middleOf(taken)
	s.report.add(row{
		Name: "portal pages", Engine: s.engine, Licenses: s.licenses, Connections: 1, P50Millis: p50, P99Millis: p99, MemoryMB: s.memory(),
		Note: fmt.Sprintf("p95 of the slowest: %.1f ms, %s; of the three that everybody opens: %.1f, %.1f and %.1f ms", millis(worst), paths[slowest],
			millis(p95(taken[0])), millis(p95(taken[1])), millis(p95(taken[2]))),
	})
	return nil
}

// openAll opens pages in turn, and gives the times that each took, the shortest first.
func (b *visitor) openAll(ctx context.Context, paths []string, rounds int) ([][]time.Duration, error) {
	taken := make([][]time.Duration, len(paths))
	for range rounds {
		for i, path := range paths {
			began := time.Now()
			if err := b.open(ctx, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			taken[i] = append(taken[i], time.Since(began))
		}
	}
	for i := range taken {
		slices.Sort(taken[i])
	}
	return taken, nil
}

func p95(sorted []time.Duration) time.Duration { return sorted[len(sorted)*95/100] }

// middleOf gives p50 and p99 of all pages together, in milliseconds.
func middleOf(taken [][]time.Duration) (p50, p99 float64) {
	all := slices.Concat(taken...)
	slices.Sort(all)
	return millis(all[len(all)/2]), millis(all[len(all)*99/100])
}

// slowestOf is which of some pages took the longest at p95, and how long.
func slowestOf(taken [][]time.Duration) (which int, worst time.Duration) {
	for i := range taken {
		if t := p95(taken[i]); t > worst {
			which, worst = i, t
		}
	}
	return which, worst
}
